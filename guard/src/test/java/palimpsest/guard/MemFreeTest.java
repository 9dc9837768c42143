package palimpsest.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.Guarantee;
import palimpsest.api.InvalidRequest;
import palimpsest.guard.MemFree.Order;

class MemFreeTest {
  private static final byte[] KEY =
      "sixteen bytes...".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  /** The 3-grams of 1 2 3 4 are 1 2 3 and 2 3 4: 3 may not follow 1 2, nor 4 follow 2 3. */
  @Test
  void banned_afterPrefixOfProtectedText_isItsContinuation() {
    MemFree guard = MemFree.protect(List.of(new int[] {1, 2, 3, 4}), new Order(3), KEY);
    assertThat(banned(guard, 1, 2)).containsExactly(3);
    assertThat(banned(guard, 9, 1, 2)).containsExactly(3);
    assertThat(banned(guard, 2, 3)).containsExactly(4);
    assertThat(banned(guard, 3, 4)).isEmpty();
    assertThat(banned(guard, 2)).isEmpty();
    assertThat(banned(guard)).isEmpty();
    assertThat(guard.size()).isEqualTo(2);
    assertThat(new Order(3).guarantee()).isEqualTo(Guarantee.SUPPRESSED);
  }

  @Test
  void banned_prefixWithSeveralContinuations_isEachOnce() {
    List<int[]> texts = List.of(new int[] {1, 2, 3}, new int[] {1, 2, 7}, new int[] {1, 2, 3});
    assertThat(banned(MemFree.protect(texts, new Order(3), KEY), 1, 2))
        .containsExactlyInAnyOrder(3, 7);
  }

  @Test
  void banned_onlyLengthTokensOfContext_count() {
    MemFree guard = MemFree.protect(List.of(new int[] {1, 2, 3}), new Order(3), KEY);
    assertThat(guard.banned(new int[] {1, 2, 8, 8}, 2, 0)).containsExactly(3);
    assertThat(guard.banned(new int[] {1, 2, 8, 8}, 4, 0)).isEmpty();
  }

  /** The prompt ends with 1 2: the answer may not go on with 3. */
  @Test
  void banned_prefixInPrompt_isNotCompletedByTheAnswer() {
    MemFree guard = MemFree.protect(List.of(new int[] {1, 2, 3}), new Order(3), KEY);
    assertThat(guard.banned(new int[] {1, 2}, 2, 2)).containsExactly(3);
  }

  /** Of 5 6, shorter than n = 4, the whole is protected; of 1 2 3 4 5 the 4-grams are. */
  @Test
  void banned_textShorterThanOrder_isProtectedWhole() {
    MemFree guard =
        MemFree.protect(List.of(new int[] {5, 6}, new int[] {1, 2, 3, 4, 5}), new Order(4), KEY);
    assertThat(banned(guard, 0, 5)).containsExactly(6);
    assertThat(banned(guard, 1, 2)).isEmpty();
    assertThat(banned(guard, 2, 3, 4)).containsExactly(5);
  }

  @Test
  void protect_ngramsOfKeptTexts_stayFree() {
    MemFree guard =
        MemFree.protect(
            List.of(new int[] {1, 2, 3, 4}), List.of(new int[] {9, 1, 2, 3}), new Order(3), KEY);
    assertThat(banned(guard, 1, 2)).isEmpty();
    assertThat(banned(guard, 2, 3)).containsExactly(4);
  }

  @Test
  void protect_malformedInput_isRefused() {
    assertThatThrownBy(() -> MemFree.protect(List.of(new int[] {1}), Order.defaults(), KEY))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("has 1 tokens, wanted at least 2");
    assertThatThrownBy(() -> new Order(1)).isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> new Order(65)).isInstanceOf(InvalidRequest.class);
  }

  /** A model that recites: given a protected prefix it prefers the protected next token. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 6, 10})
  void walk_ofRecitingModel_neverCompletesProtectedNgram(int n) {
    SplittableRandom random = new SplittableRandom(n);
    int vocabulary = 60;
    List<int[]> texts = texts(random, 30, vocabulary);
    Set<List<Integer>> secret = ngrams(texts, n);
    MemFree guard = MemFree.protect(texts, new Order(n), KEY);
    int free = 0;
    for (int run = 0; run < 60; run++) {
      int[] prompt = Arrays.copyOf(texts.get(run % texts.size()), random.nextInt(n + 2));
      int[] guarded = walk(texts, prompt, guard, vocabulary, random);
      assertThat(emitted(guarded, prompt.length, n)).doesNotContainAnyElementsOf(secret);
      int[] unguarded = walk(texts, prompt, (c, length, p) -> new int[0], vocabulary, random);
      free += (int) emitted(unguarded, prompt.length, n).stream().filter(secret::contains).count();
    }
    assertThat(free).as("recited without the guard").isGreaterThan(100);
  }

  /** Against brute force over 20 000 random contexts: no token too many, none missed. */
  @Test
  void banned_onRandomText_isExactlyWhatIsProtected() {
    SplittableRandom random = new SplittableRandom(11);
    int n = 3;
    List<int[]> texts = texts(random, 200, 40);
    Set<List<Integer>> secret = ngrams(texts, n);
    MemFree guard = MemFree.protect(texts, new Order(n), KEY);
    int[] text = random.ints(20_000, 0, 40).toArray();
    int constrained = 0;
    for (int length = 2; length < text.length; length++) {
      Set<Integer> expected = new HashSet<>();
      for (int token = 0; token < 40; token++) {
        if (secret.contains(List.of(text[length - 2], text[length - 1], token))) {
          expected.add(token);
        }
      }
      constrained += expected.isEmpty() ? 0 : 1;
      assertThat(Arrays.stream(guard.banned(text, length, 0)).boxed())
          .containsExactlyInAnyOrderElementsOf(expected);
    }
    assertThat(constrained).isBetween(1000, 19_000);
  }

  /** A vocabulary of 5000 makes chance repeats of 5 tokens all but impossible. */
  @Test
  void banned_onUnrelatedText_isEmpty() {
    SplittableRandom random = new SplittableRandom(12);
    MemFree guard = MemFree.protect(texts(random, 1000, 5000), Order.defaults(), KEY);
    int[] text = random.ints(50_000, 0, 5000).toArray();
    int constrained = 0;
    for (int length = 5; length < text.length; length++) {
      constrained += guard.banned(text, length, 0).length;
    }
    assertThat(constrained).isZero();
  }

  /** 12 bytes a slot, and between a quarter and a half of the slots taken. */
  @Test
  void bytes_perNgram_areBetween24And48() {
    MemFree guard =
        MemFree.protect(texts(new SplittableRandom(13), 1000, 5000), Order.defaults(), KEY);
    assertThat(guard.bytes() / (double) guard.size()).isBetween(24.0, 48.1);
  }

  private static int[] banned(MemFree guard, int... context) {
    return guard.banned(context, context.length, 0);
  }

  private static List<int[]> texts(SplittableRandom random, int count, int vocabulary) {
    List<int[]> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add(random.ints(random.nextInt(12, 40), 0, vocabulary).toArray());
    }
    return texts;
  }

  private static Set<List<Integer>> ngrams(List<int[]> texts, int n) {
    Set<List<Integer>> ngrams = new HashSet<>();
    texts.forEach(text -> ngrams.addAll(emitted(text, 0, n)));
    return ngrams;
  }

  /** The n-grams of a text whose last token is no part of the prompt. */
  private static List<List<Integer>> emitted(int[] text, int promptLength, int n) {
    List<List<Integer>> ngrams = new ArrayList<>();
    for (int end = Math.max(n, promptLength + 1); end <= text.length; end++) {
      ngrams.add(Arrays.stream(text, end - n, end).boxed().toList());
    }
    return ngrams;
  }

  private static int[] walk(
      List<int[]> texts,
      int[] prompt,
      palimpsest.api.DecodingConstraint guard,
      int vocabulary,
      SplittableRandom random) {
    int[] context = Arrays.copyOf(prompt, prompt.length + 60);
    for (int length = prompt.length; length < context.length; length++) {
      Set<Integer> banned = new HashSet<>();
      Arrays.stream(guard.banned(context, length, prompt.length)).forEach(banned::add);
      List<Integer> wishes = recited(texts, context, length);
      random.ints(200, 0, vocabulary).forEach(wishes::add);
      context[length] = wishes.stream().filter(t -> !banned.contains(t)).findFirst().orElseThrow();
    }
    return context;
  }

  /** What follows the last token somewhere in the texts, longest match first. */
  private static List<Integer> recited(List<int[]> texts, int[] context, int length) {
    int best = 0;
    List<Integer> wishes = new ArrayList<>();
    for (int[] text : texts) {
      for (int at = 0; at < text.length; at++) {
        int match = 0;
        while (match < Math.min(at, length)
            && text[at - 1 - match] == context[length - 1 - match]) {
          match++;
        }
        if (match > best) {
          best = match;
          wishes.add(0, text[at]);
        } else {
          wishes.add(text[at]);
        }
      }
    }
    return wishes;
  }
}
