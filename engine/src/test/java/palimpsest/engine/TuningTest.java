package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.Decision;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.torch.checkpoint.Safetensors;
import palimpsest.torch.text.PromptTemplate;

/** What of a model is trained, through to the files: low-rank adapters and named tensors. */
class TuningTest {
  private static final Recipe RECIPE =
      new Recipe(6, 2, 2, 1e-3, 0, Recipe.Decay.CONSTANT, 0.01, 1, 3);

  /** Rows and columns of each matrix of a layer of {@link Letters#SMALL}: width 32, FFN 64. */
  private static final Map<String, List<Long>> MATRICES =
      new TreeMap<>(
          Map.of(
              "self_attn.q_proj", List.of(32L, 32L),
              "self_attn.k_proj", List.of(16L, 32L),
              "self_attn.v_proj", List.of(16L, 32L),
              "self_attn.o_proj", List.of(32L, 32L),
              "mlp.gate_proj", List.of(64L, 32L),
              "mlp.up_proj", List.of(64L, 32L),
              "mlp.down_proj", List.of(32L, 64L)));

  private static final String LAYER = "model.layers.0.";
  private static final String PEFT = "base_model.model.";

  @TempDir static Path home;

  @TempDir Path folder;

  @BeforeAll
  static void train() throws IOException {
    Letters.write(home);
    Letters.brief(home.resolve("training")).fromScratch(Letters.corpus(home), Letters.SMALL);
  }

  private static Path model() {
    return home.resolve("training/model");
  }

  private static Applying.Applied apply(String text, Path out, Console console) {
    Choice choice = Choice.parse(text, RECIPE);
    Decision decision =
        new Decision(
            Decision.Scope.LISTED,
            "a tester",
            "to see",
            List.of("letters.jsonl#1", "letters.jsonl#2", "letters.jsonl#3", "letters.jsonl#4"),
            List.of());
    return new Applying(
            model(),
            Letters.corpus(home),
            decision,
            choice.recipe(),
            choice.tuning(),
            PromptTemplate.Kind.PLAIN,
            5,
            console)
        .apply(choice.method(), out);
  }

  /** A tensor as numbers. */
  @SuppressWarnings("ArrayRecordComponent") // lives for one assertion
  private record Values(List<Long> shape, float[] values) {}

  private static Map<String, Values> read(Path file) {
    Map<String, Values> all = new TreeMap<>();
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false);
        Safetensors tensors = Safetensors.open(file)) {
      for (String name : tensors.names()) {
        Tensor t = tensors.read(name).contiguous();
        float[] values = new float[(int) t.numel()];
        t.data_ptr_float().get(values);
        all.put(name, new Values(tensors.entry(name).shape(), values));
      }
    }
    return all;
  }

  private static Map<String, Values> weights(Path model) {
    return read(model.resolve("model.safetensors"));
  }

  private static Set<String> changed(Path out) {
    Map<String, Values> before = weights(model());
    TreeSet<String> changed = new TreeSet<>();
    weights(out.resolve("model"))
        .forEach(
            (name, t) -> {
              if (!Arrays.equals(t.values, before.get(name).values)) {
                changed.add(name);
              }
            });
    return changed;
  }

  private static List<String> names(String... matrices) {
    return Arrays.stream(matrices).map(m -> LAYER + m + ".weight").toList();
  }

  @Test
  void lora_adapterFolder_isLaidOutAsPeftDoes() throws IOException {
    Path out = folder.resolve("out");
    Applying.Applied applied =
        apply("llm.npo:train=lora,lora-rank=4,lora-alpha=12", out, Console.SILENT);
    assertThat(applied.after()).isNotEqualTo(applied.before());
    Map<String, List<Long>> expected = new TreeMap<>();
    MATRICES.forEach(
        (name, shape) -> {
          expected.put(PEFT + LAYER + name + ".lora_A.weight", List.of(4L, shape.get(1)));
          expected.put(PEFT + LAYER + name + ".lora_B.weight", List.of(shape.get(0), 4L));
        });
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    read(out.resolve("adapter/adapter_model.safetensors"))
        .forEach((name, t) -> shapes.put(name, t.shape));
    assertThat(shapes).isEqualTo(expected);
    JsonNode config =
        new ObjectMapper().readTree(out.resolve("adapter/adapter_config.json").toFile());
    assertThat(config.path("peft_type").asText()).isEqualTo("LORA");
    assertThat(config.path("r").asInt()).isEqualTo(4);
    assertThat(config.path("lora_alpha").asDouble()).isEqualTo(12);
    assertThat(config.path("target_modules")).hasSize(MATRICES.size());
    assertThat(Letters.files(out.resolve("adapter"))).hasSize(2);
  }

  /** W + (α / r) B A, computed here in double precision; α / r = 3. */
  @Test
  void lora_mergedModel_isBasePlusAdapter() {
    Path out = folder.resolve("out");
    apply("llm.npo:train=lora,lora-rank=4,lora-alpha=12", out, Console.SILENT);
    Map<String, Values> base = weights(model());
    Map<String, Values> merged = weights(out.resolve("model"));
    Map<String, Values> adapter = read(out.resolve("adapter/adapter_model.safetensors"));
    assertThat(changed(out))
        .containsExactlyElementsOf(new TreeSet<>(names(MATRICES.keySet().toArray(new String[0]))));
    MATRICES.forEach(
        (name, shape) -> {
          String full = LAYER + name;
          float[] a = adapter.get(PEFT + full + ".lora_A.weight").values; // (4, in)
          float[] b = adapter.get(PEFT + full + ".lora_B.weight").values; // (out, 4)
          float[] before = base.get(full + ".weight").values;
          float[] after = merged.get(full + ".weight").values;
          int in = Math.toIntExact(shape.get(1));
          for (int i = 0; i < before.length; i++) {
            int at = i;
            double product =
                IntStream.range(0, 4)
                    .mapToDouble(k -> (double) b[at / in * 4 + k] * a[k * in + at % in])
                    .sum();
            assertThat((double) after[i]).isCloseTo(before[i] + 3 * product, within(1e-6));
          }
        });
  }

  @Test
  void lora_ofSomeTargets_changesTheseAlone() {
    Path out = folder.resolve("out");
    apply("llm.ga:train=lora,lora-targets=q_proj+down_proj", out, Console.SILENT);
    assertThat(changed(out))
        .containsExactlyInAnyOrderElementsOf(names("self_attn.q_proj", "mlp.down_proj"));
  }

  @Test
  void layers_named_changeAlone() {
    Path out = folder.resolve("out");
    apply("llm.npo:train=model.layers.0.mlp.*", out, Console.SILENT);
    assertThat(changed(out))
        .containsExactlyInAnyOrderElementsOf(
            names("mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"));
    assertThat(out.resolve("adapter")).doesNotExist();
  }

  /** Asked to stop before its ninth step of twelve, and killed without a checkpoint after it. */
  @ParameterizedTest
  @ValueSource(strings = {"lora,lora-rank=2", "model.layers.0.mlp.*+model.norm.weight"})
  void apply_disturbed_endsInTheSameFiles(String train) throws IOException {
    String text = "llm.npo:retain=kl,train=" + train;
    Path whole = folder.resolve("whole");
    Applying.Applied expected = apply(text, whole, Console.SILENT);
    assertThat(expected.steps()).isEqualTo(12);
    Path stopped = folder.resolve("stopped");
    assertThatThrownBy(() -> apply(text, stopped, new Disturbed(8, -1)))
        .isInstanceOf(Interrupted.class);
    requireSame(apply(text, stopped, Console.SILENT), stopped, expected, whole);
    Path killed = folder.resolve("killed");
    assertThatThrownBy(() -> apply(text, killed, new Disturbed(-1, 8))).hasMessage("killed");
    requireSame(apply(text, killed, Console.SILENT), killed, expected, whole);
  }

  private static void requireSame(
      Applying.Applied got, Path out, Applying.Applied expected, Path whole) throws IOException {
    assertThat(got.after()).isEqualTo(expected.after());
    assertThat(got.ledger()).isEqualTo(expected.ledger());
    for (Path file : Letters.files(whole)) {
      String name = whole.relativize(file).toString();
      if (!List.of("applied.json", "run/pace.json").contains(name)) { // which hold the time it took
        assertThat(out.resolve(name)).hasSameBinaryContentAs(file);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"lora,lora-targets=query", "model.layers.7.mlp.*", "lora,lora-targets=norm"})
  void apply_nothingOfThatName_isRefusedBeforeAnythingIsWritten(String train) {
    Path out = folder.resolve("out");
    assertThatThrownBy(() -> apply("llm.npo:train=" + train, out, Console.SILENT))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("called");
    assertThat(Files.exists(out)).isFalse();
  }
}
