package palimpsest.torch.diffusion.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.pytorch.global.torch.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.testkit.FormulaWeights;
import palimpsest.testkit.LeakCheck;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.JsonFile;

/** Against transformers in float64, in testkit/golden/diffusion/text/encoders.json. */
@ExtendWith(LeakCheck.class)
class ClipTextGoldenTest {
  private static final Path GOLDEN = Path.of("golden/diffusion/text/encoders.json");

  /** What is wanted is 1e-4; this is what float32 can do. */
  private static final double TOLERANCE = 1e-5;

  @TempDir Path folder;

  static Stream<String> names() {
    return StreamSupport.stream(JsonFile.read(GOLDEN).get("cases").spliterator(), false)
        .map(each -> each.get("name").asText());
  }

  private static JsonNode golden(String name) {
    for (JsonNode each : JsonFile.read(GOLDEN).get("cases")) {
      if (each.get("name").asText().equals(name)) {
        return each;
      }
    }
    throw new AssertionError("no case " + name);
  }

  private ClipText model(JsonNode golden) {
    Path file = folder.resolve("config.json");
    JsonFile.write(file, golden.get("config"));
    ClipTextConfig config = ClipTextConfig.read(file);
    Weights weights = Weights.allocate(config.tensors());
    FormulaWeights.fill(weights);
    return new ClipText(config, weights);
  }

  private static Tensor ids(JsonNode rows) {
    List<Long> all = new ArrayList<>();
    rows.forEach(row -> row.forEach(id -> all.add(id.asLong())));
    return tensor(all.stream().mapToLong(l -> l).toArray()).view(rows.size(), -1);
  }

  /** The greatest difference of a tensor from nested lists of as many numbers. */
  private static double worst(Tensor t, JsonNode wanted) {
    List<Double> flat = new ArrayList<>();
    flatten(wanted, flat);
    assertThat(flat).hasSize((int) t.numel());
    FloatPointer got = t.contiguous().data_ptr_float();
    double worst = 0;
    for (int i = 0; i < flat.size(); i++) {
      worst = Math.max(worst, Math.abs(got.get(i) - flat.get(i)));
    }
    return worst;
  }

  private static void flatten(JsonNode node, List<Double> into) {
    if (node.isArray()) {
      node.forEach(each -> flatten(each, into));
    } else {
      into.add(node.asDouble());
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void outputs_ofIds_equalTransformers(String name, TestReporter reporter) {
    JsonNode golden = golden(name);
    try (ClipText text = model(golden);
        PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor ids = ids(golden.get("ids"));
      TextStates states = text.encode(ids);
      Tensor pooled = text.pooled(states.last(), text.ends(ids));
      check("last", states.last(), golden, reporter);
      check("penultimate", states.penultimate(), golden, reporter);
      check("pooled", pooled, golden, reporter);
      assertThat(text.config().projection().isPresent()).isEqualTo(golden.has("projected"));
      if (golden.has("projected")) {
        check("projected", text.projected(pooled), golden, reporter);
      }
    }
  }

  private static void check(String output, Tensor got, JsonNode golden, TestReporter reporter) {
    double worst = worst(got, golden.get(output));
    reporter.publishEntry(golden.get("name").asText() + " " + output, String.valueOf(worst));
    assertThat(worst).as(output).isLessThan(TOLERANCE);
  }

  /** The loss is that of the script: each output times an input of its name, summed. */
  private static Tensor loss(ClipText text, Tensor embedded, Tensor ids, String name) {
    TextStates states = text.states(embedded);
    Tensor loss =
        weighed(states.last(), name + ".last")
            .add(weighed(states.penultimate(), name + ".penultimate"));
    if (text.config().projection().isEmpty()) {
      return loss;
    }
    Tensor projected = text.projected(text.pooled(states.last(), text.ends(ids)));
    return loss.add(weighed(projected, name + ".projected"));
  }

  private static Tensor weighed(Tensor x, String name) {
    float[] inputs = new float[(int) x.numel()];
    for (int k = 0; k < inputs.length; k++) {
      inputs[k] = (float) (Math.sqrt(12) * (FormulaWeights.uniform(name, k) - 0.5));
    }
    return x.mul(tensor(inputs).view(x.sizes().vec().get())).sum();
  }

  @ParameterizedTest
  @MethodSource("names")
  void gradients_toEmbeddingsAndWeights_equalAutograd(String name, TestReporter reporter) {
    JsonNode golden = golden(name);
    try (ClipText text = model(golden);
        PointerScope scope = new PointerScope()) {
      text.weights().gradient();
      Tensor ids = ids(golden.get("ids"));
      Tensor embedded = text.embed(ids);
      embedded.retain_grad();
      Tensor loss = loss(text, embedded, ids, name);
      assertThat(loss.item_double()).isCloseTo(golden.get("loss").asDouble(), within(1e-3));
      loss.backward();
      double worst = worst(embedded.grad(), golden.get("embedding_gradient"));
      reporter.publishEntry(name + " embedding gradient", String.valueOf(worst));
      assertThat(worst).isLessThan(1e-4);
      JsonNode norms = golden.get("gradient_norms");
      assertThat(norms).hasSize(text.weights().tensors().size());
      text.weights().tensors().forEach((w, t) -> checkNorm(norms, w, t));
    }
  }

  /** A key's bias moves all scores of a query alike, so its gradient is 0 but for rounding. */
  private static void checkNorm(JsonNode norms, String name, Tensor weight) {
    double wanted = norms.get(name).asDouble();
    double got = weight.grad().norm().item_double();
    assertThat(got).as(name).isCloseTo(wanted, within(1e-4 + 1e-5 * wanted));
  }

  /** A token that is spelled by an added id instead changes nothing, and has all its gradient. */
  @ParameterizedTest
  @MethodSource("names")
  void gradients_toAnAddedRow_areThoseOfItsPlaces(String name) {
    JsonNode golden = golden(name);
    long token = golden.at("/ids/0/1").asLong();
    try (ClipText text = model(golden);
        PointerScope scope = new PointerScope()) {
      text.weights().recordGradients(false);
      Tensor ids = ids(golden.get("ids"));
      Tensor added = text.embed(tensor(new long[] {token})).clone(); // (1, E)
      added.set_requires_grad(true);
      Scalar beyond = new Scalar(text.config().vocabSize());
      Tensor pseudo = ids.masked_fill(ids.eq(new Scalar(token)), beyond);
      Tensor loss = loss(text, text.embed(pseudo, added), pseudo, name);
      assertThat(loss.item_double()).isCloseTo(golden.get("loss").asDouble(), within(1e-3));
      loss.backward();
      double[] wanted = gradientAt(token, golden);
      FloatPointer got = added.grad().contiguous().data_ptr_float();
      for (int i = 0; i < wanted.length; i++) {
        assertThat((double) got.get(i)).isCloseTo(wanted[i], within(1e-4));
      }
    }
  }

  /** The golden gradient to a token's embedding, summed over its places. */
  private static double[] gradientAt(long token, JsonNode golden) {
    double[] sum = new double[golden.at("/config/hidden_size").asInt()];
    for (int row = 0; row < golden.get("ids").size(); row++) {
      for (int at = 0; at < golden.at("/ids/0").size(); at++) {
        if (golden.at("/ids/" + row + "/" + at).asLong() == token) {
          JsonNode gradient = golden.at("/embedding_gradient/" + row + "/" + at);
          for (int i = 0; i < sum.length; i++) {
            sum[i] += gradient.get(i).asDouble();
          }
        }
      }
    }
    return sum;
  }
}
