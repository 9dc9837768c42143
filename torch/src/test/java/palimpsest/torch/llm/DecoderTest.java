package palimpsest.torch.llm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import palimpsest.api.Decoding;
import palimpsest.api.DecodingConstraint;
import palimpsest.torch.checkpoint.LlamaConfig;

class DecoderTest {
  private static final int VOCABULARY = 50;
  private static final LlamaConfig CONFIG =
      LlamaConfig.plain(VOCABULARY, 16, 32, 2, 4, 2, 64, true);
  private Llama model;

  /** Weights thirty times the usual, so that attention, not the last token alone, decides. */
  @BeforeEach
  void open() {
    model = new Llama(CONFIG, InitialWeights.draw(CONFIG, 4));
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor matrices = model.weights().flat().narrow(0, 0, model.weights().decayed());
      matrices.mul_(new Scalar(30));
    }
  }

  @AfterEach
  void close() {
    model.close();
  }

  /** Sixty rows are two groups; rows end at different steps, so that groups shrink under way. */
  @Test
  void greedy_inCompany_equalsAlone() {
    List<int[]> prompts = prompts(60);
    IntPredicate end = token -> token % 7 == 3;
    Decoding how = Decoding.greedy(20);
    List<List<int[]>> together = decoder(end, Decoder.FREE).decode(prompts, how);
    List<Integer> lengths = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      List<List<int[]>> alone = decoder(end, Decoder.FREE).decode(List.of(prompts.get(i)), how);
      assertThat(together.get(i).get(0)).as("prompt %s", i).isEqualTo(alone.get(0).get(0));
      lengths.add(together.get(i).get(0).length);
    }
    assertThat(lengths.stream().distinct().count()).as("lengths of answers").isGreaterThan(4);
  }

  /** The cache against no cache: each token is the argmax of a whole pass over what precedes it. */
  @Test
  void greedy_withCache_equalsWholePasses() {
    int[] prompt = {3, 14, 15};
    List<Integer> ids = Arrays.stream(prompt).boxed().collect(Collectors.toList());
    for (int n = 0; n < 12; n++) {
      long[] all = ids.stream().mapToLong(i -> i).toArray();
      try (PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        Tensor last = model.logits(all, 1, all.length).narrow(1, all.length - 1L, 1);
        ids.add((int) last.argmax().item_long());
      }
    }
    int[] expected = ids.stream().skip(3).mapToInt(i -> i).toArray();
    assertThat(free().decode(List.of(prompt), Decoding.greedy(12)).get(0).get(0))
        .isEqualTo(expected);
  }

  @Test
  void sampled_sameSeed_sameAnswersWhateverTheBatchAndOrder() {
    List<int[]> prompts = prompts(20);
    Decoding how = Decoding.sampled(1, 8, 3, 5);
    List<List<int[]>> together = free().decode(prompts, how);
    List<int[]> reversed = new ArrayList<>(prompts);
    Collections.reverse(reversed);
    List<List<int[]>> backwards = free().decode(reversed, how);
    for (int i = 0; i < prompts.size(); i++) {
      List<int[]> alone = free().decode(List.of(prompts.get(i)), how).get(0);
      assertThat(together.get(i)).usingRecursiveComparison().isEqualTo(alone);
      assertThat(backwards.get(prompts.size() - 1 - i)).usingRecursiveComparison().isEqualTo(alone);
    }
  }

  @Test
  void sampled_otherSeedOrSample_differs() {
    List<int[]> one = free().decode(prompts(1), Decoding.sampled(1, 12, 2, 5)).get(0);
    List<int[]> other = free().decode(prompts(1), Decoding.sampled(1, 12, 2, 6)).get(0);
    assertThat(one.get(0)).isNotEqualTo(one.get(1)).isNotEqualTo(other.get(0));
  }

  @Test
  void end_firstToken_answerIsEmpty() {
    assertThat(decoder(token -> true, Decoder.FREE).decode(prompts(3), Decoding.greedy(5)))
        .allSatisfy(answers -> assertThat(answers.get(0)).isEmpty());
  }

  @Test
  void end_ofFreeAnswer_cutsItThere() {
    int[] prompt = {8, 9};
    int[] whole = free().decode(List.of(prompt), Decoding.greedy(10)).get(0).get(0);
    int at = whole.length - 1;
    int first = IntStream.range(0, whole.length).filter(i -> whole[i] == whole[at]).min().orElse(0);
    List<List<int[]>> cut =
        decoder(token -> token == whole[at], Decoder.FREE)
            .decode(List.of(prompt), Decoding.greedy(10));
    assertThat(cut.get(0).get(0)).isEqualTo(Arrays.copyOf(whole, first));
  }

  @Test
  void stop_textOfAnswer_endsTheRow() {
    int[] prompt = {8, 9};
    int[] whole = free().decode(List.of(prompt), Decoding.greedy(10)).get(0).get(0);
    Decoding how = new Decoding(0, 1, 10, 1, 0, List.of("<" + whole[2] + ">"));
    int[] stopped = free().decode(List.of(prompt), how).get(0).get(0);
    int first = IntStream.range(0, whole.length).filter(i -> whole[i] == whole[2]).min().orElse(0);
    assertThat(stopped).isEqualTo(Arrays.copyOf(whole, first + 1));
  }

  @Test
  void constraint_bansTokens_theyNeverCome() {
    DecodingConstraint even =
        (context, length, promptLength) ->
            IntStream.range(0, VOCABULARY).filter(i -> i % 2 == 1).toArray();
    for (Decoding how : List.of(Decoding.greedy(10), Decoding.sampled(2, 10, 4, 1))) {
      decoder(token -> false, even)
          .decode(prompts(5), how)
          .forEach(
              answers ->
                  answers.forEach(
                      a -> assertThat(Arrays.stream(a).filter(t -> t % 2 == 0)).hasSize(10)));
    }
  }

  @Test
  void constraint_seesPromptAndAnswerSoFar() {
    int[] prompt = {8, 9, 10};
    List<int[]> seen = new ArrayList<>();
    DecodingConstraint spy =
        (context, length, promptLength) -> {
          assertThat(promptLength).isEqualTo(3);
          seen.add(Arrays.copyOf(context, length));
          return new int[0];
        };
    int[] answer =
        decoder(t -> false, spy).decode(List.of(prompt), Decoding.greedy(3)).get(0).get(0);
    assertThat(seen).hasSize(3);
    assertThat(seen.get(2)).isEqualTo(new int[] {8, 9, 10, answer[0], answer[1]});
  }

  @Test
  void constraint_bansEverything_answerEnds() {
    DecodingConstraint all = (c, length, promptLength) -> IntStream.range(0, VOCABULARY).toArray();
    assertThat(decoder(t -> false, all).decode(prompts(2), Decoding.greedy(5)))
        .allSatisfy(answers -> assertThat(answers.get(0)).isEmpty());
  }

  @Test
  void decode_manyTimes_nativeMemoryIsFlat() {
    IntPredicate end = token -> token % 7 == 3;
    decoder(end, Decoder.FREE).decode(prompts(20), Decoding.greedy(10));
    long objects = Pointer.totalCount();
    long bytes = Pointer.totalBytes();
    for (int i = 0; i < 5; i++) {
      decoder(end, Decoder.FREE).decode(prompts(20), Decoding.greedy(10));
    }
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(objects);
    assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(bytes);
  }

  private Decoder free() {
    return decoder(token -> false, Decoder.FREE);
  }

  private Decoder decoder(IntPredicate end, DecodingConstraint constraint) {
    return new Decoder(new Alone(model, Corruption.NONE), end, DecoderTest::spell, constraint);
  }

  private static String spell(int[] ids) {
    return Arrays.stream(ids).mapToObj(id -> "<" + id + ">").collect(Collectors.joining());
  }

  private static List<int[]> prompts(int count) {
    Random random = new Random(6);
    return IntStream.range(0, count)
        .mapToObj(i -> random.ints(1 + random.nextInt(9), 0, VOCABULARY).toArray())
        .toList();
  }
}
