package palimpsest.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Diverged;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.Checkpoint;
import palimpsest.torch.checkpoint.LlamaConfig;
import palimpsest.torch.llm.InitialWeights;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;

class DescentTest {
  private static final LlamaConfig TINY = LlamaConfig.plain(40, 16, 32, 2, 4, 2, 64, true);
  private static final Recipe RECIPE =
      new Recipe(4, 4, 2, 3e-3, 3, Recipe.Decay.LINEAR, 0.01, 1.0, 7);

  @TempDir Path folder;

  /** Five steps of torch.optim.AdamW with clip_grad_norm_ on the retain batch. */
  @Test
  void steps_onGoldenBatch_equalTorchAdamW() throws IOException {
    JsonNode golden =
        new ObjectMapper().readTree(Path.of("../testkit/golden/losses/losses.json").toFile());
    JsonNode expected = golden.get("adamw_on_ce_retain");
    List<TokenizedExample> data = examples(golden.get("retain"));
    List<Double> losses = new ArrayList<>();
    try (Checkpoint checkpoint = Checkpoint.read(Path.of("../testkit/golden/llama/gqa-tied"));
        Llama model = new Llama(checkpoint.config(), Weights.of(checkpoint.weights()))) {
      Recipe recipe =
          new Recipe(
              expected.get("steps").size(), 3, 3, 1e-3, 0, Recipe.Decay.CONSTANT, 0.01, 1.0, 1);
      new Descent(data, Loss.NLL, recipe, Optional.empty(), p -> losses.add(p.loss()), () -> false)
          .run(model);
      for (int i = 0; i < losses.size(); i++) {
        assertThat(losses.get(i))
            .isCloseTo(expected.get("steps").get(i).get("loss").asDouble(), within(2e-5));
      }
      try (PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        double norm = model.weights().flat().norm().item_double();
        assertThat(norm).isCloseTo(expected.get("weights_norm_after").asDouble(), within(2e-4));
      }
    }
  }

  @Test
  void run_twice_sameDigest() {
    assertThat(train(RECIPE, Optional.empty())).isEqualTo(train(RECIPE, Optional.empty()));
  }

  @Test
  void microBatches_oneByEight_nearEightByOne() {
    Recipe one = new Recipe(2, 8, 8, 1e-3, 0, Recipe.Decay.CONSTANT, 0, 0, 3);
    Recipe eight = new Recipe(2, 8, 1, 1e-3, 0, Recipe.Decay.CONSTANT, 0, 0, 3);
    List<Double> a = losses(one);
    List<Double> b = losses(eight);
    for (int i = 0; i < a.size(); i++) {
      assertThat(a.get(i)).isCloseTo(b.get(i), within(1e-5));
    }
  }

  @Test
  void resume_stoppedAnywhere_equalsUninterrupted() throws IOException {
    Path whole = folder.resolve("whole");
    String digest = train(RECIPE, Optional.of(new RunFolder(whole, "{}", 3)));
    for (int stopAt : new int[] {1, 2, 4, 9, 15}) {
      Path cut = folder.resolve("cut" + stopAt);
      int[] asked = {0};
      assertThatThrownBy(
              () ->
                  descend(
                      RECIPE,
                      Optional.of(new RunFolder(cut, "{}", 3)),
                      () -> asked[0]++ == stopAt,
                      Loss.NLL))
          .isInstanceOf(Interrupted.class)
          .hasMessageContaining("stopped after step " + stopAt);
      assertThat(train(RECIPE, Optional.of(new RunFolder(cut, "{}", 3)))).isEqualTo(digest);
      assertThat(cut.resolve("ledger.jsonl"))
          .hasSameTextualContentAs(whole.resolve("ledger.jsonl"));
    }
  }

  @Test
  void resume_tornLedgerTail_isCutAndDoneAgain() throws IOException {
    Path run = folder.resolve("run");
    String digest = train(RECIPE, Optional.of(new RunFolder(run, "{}", 3)));
    Path ledger = run.resolve("ledger.jsonl");
    String text = Files.readString(ledger);
    Files.writeString(ledger, text.substring(0, text.length() - 40));
    assertThat(train(RECIPE, Optional.of(new RunFolder(run, "{}", 3)))).isEqualTo(digest);
    assertThat(ledger).hasContent(text);
  }

  @Test
  void resume_alteredLedger_isRefused() throws IOException {
    Path run = folder.resolve("run");
    train(RECIPE, Optional.of(new RunFolder(run, "{}", 3)));
    Path ledger = run.resolve("ledger.jsonl");
    byte[] bytes = Files.readAllBytes(ledger);
    bytes[bytes.length / 2] ^= 1;
    Files.write(ledger, bytes);
    assertThatThrownBy(() -> train(RECIPE, Optional.of(new RunFolder(run, "{}", 3))))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("ledger.jsonl line");
  }

  @Test
  void resume_otherRun_isRefused() {
    Path run = folder.resolve("run");
    train(RECIPE, Optional.of(new RunFolder(run, "{\"seed\":1}", 3)));
    assertThatThrownBy(() -> train(RECIPE, Optional.of(new RunFolder(run, "{\"seed\":2}", 3))))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("another run");
  }

  @Test
  void resume_checkpointOfOtherBytes_isRefused() throws IOException {
    Path run = folder.resolve("run");
    train(RECIPE, Optional.of(new RunFolder(run, "{}", 3)));
    Path state = run.resolve("step-00000018.safetensors");
    byte[] bytes = Files.readAllBytes(state);
    bytes[bytes.length - 7] ^= 1;
    Files.write(state, bytes);
    assertThatThrownBy(() -> train(RECIPE, Optional.of(new RunFolder(run, "{}", 3))))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("step 18");
  }

  @Test
  void run_absurdRate_divergesWithStep() {
    Recipe wild = new Recipe(30, 4, 4, 1e30, 0, Recipe.Decay.CONSTANT, 0, 0, 7);
    assertThatThrownBy(() -> train(wild, Optional.empty()))
        .isInstanceOf(Diverged.class)
        .hasMessageContaining("at step");
  }

  @Test
  void order_withoutOneExample_keepsTheOthersInOrder() {
    List<TokenizedExample> data = data(30);
    List<TokenizedExample> fewer = new ArrayList<>(data);
    fewer.remove(11);
    List<TokenizedExample> all =
        IntStream.of(new Order(data, 5).epoch(2)).mapToObj(data::get).toList();
    List<TokenizedExample> rest =
        IntStream.of(new Order(fewer, 5).epoch(2)).mapToObj(fewer::get).toList();
    List<TokenizedExample> expected = new ArrayList<>(all);
    expected.remove(data.get(11));
    assertThat(rest).isEqualTo(expected);
  }

  @Test
  void thousandSteps_nativeMemory_isFlat() {
    Recipe steps = new Recipe(250, 5, 2, 1e-4, 0, Recipe.Decay.CONSTANT, 0.01, 1, 7);
    List<Long> counts = new ArrayList<>();
    List<Long> bytes = new ArrayList<>();
    try (Llama model = new Llama(TINY, InitialWeights.draw(TINY, 3))) {
      new Descent(
              data(20),
              Loss.NLL,
              steps,
              Optional.empty(),
              p -> {
                if (p.step() == 100 || p.step() == 1000) {
                  counts.add(Pointer.totalCount());
                  bytes.add(Pointer.totalBytes());
                }
              },
              () -> false)
          .run(model);
    }
    assertThat(counts).hasSize(2);
    assertThat(counts.get(1)).isLessThanOrEqualTo(counts.get(0));
    assertThat(bytes.get(1)).isLessThanOrEqualTo(bytes.get(0));
  }

  private static List<Double> losses(Recipe recipe) {
    List<Double> losses = new ArrayList<>();
    try (Llama model = new Llama(TINY, InitialWeights.draw(TINY, 3))) {
      new Descent(
              data(20), Loss.NLL, recipe, Optional.empty(), p -> losses.add(p.loss()), () -> false)
          .run(model);
    }
    return losses;
  }

  private static String train(Recipe recipe, Optional<RunFolder> run) {
    return descend(recipe, run, () -> false, Loss.NLL);
  }

  private static String descend(
      Recipe recipe, Optional<RunFolder> run, java.util.function.BooleanSupplier stop, Loss loss) {
    try (Llama model = new Llama(TINY, InitialWeights.draw(TINY, 3))) {
      new Descent(data(20), loss, recipe, run, p -> {}, stop).run(model);
      return model.weights().digest();
    }
  }

  static List<TokenizedExample> data(int count) {
    Random random = new Random(11);
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new TokenizedExample(
                    random.ints(5 + random.nextInt(9), 0, 40).toArray(), 1 + random.nextInt(3)))
        .toList();
  }

  static List<TokenizedExample> examples(JsonNode split) {
    List<TokenizedExample> all = new ArrayList<>();
    for (JsonNode e : split.get("examples")) {
      IntStream prompt =
          IntStream.range(0, e.get("prompt_ids").size())
              .map(i -> e.get("prompt_ids").get(i).asInt());
      IntStream answer =
          IntStream.range(0, e.get("answer_ids").size())
              .map(i -> e.get("answer_ids").get(i).asInt());
      all.add(
          new TokenizedExample(
              IntStream.concat(prompt, answer).toArray(), e.get("prompt_ids").size()));
    }
    return all;
  }
}
