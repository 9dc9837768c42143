package palimpsest.methods.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static palimpsest.methods.diffusion.ClosedFile.WIDTH;
import static palimpsest.methods.diffusion.ClosedFile.apart;
import static palimpsest.methods.diffusion.ClosedFile.doubles;
import static palimpsest.methods.diffusion.ClosedFile.matrix;
import static palimpsest.methods.diffusion.ClosedFile.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.methods.diffusion.TextMapScore.Residual;

/**
 * Against brute-force least squares of each layer apart in numpy, float64, in
 * testkit/golden/diffusion/closed/closed.json.
 */
class ClosedGoldenTest {
  private static final double CLOSE = 1e-10;

  static Stream<JsonNode> cases() {
    return ClosedFile.cases();
  }

  private static TextMapMethod method(JsonNode given) {
    JsonNode with = given.get("settings");
    double preserve = with.get("preserveScale").asDouble();
    double keep = with.get("keepScale").asDouble();
    String name = given.get("name").asText();
    if (name.startsWith("uce")) {
      int whole = given.get("last_only").asBoolean() ? 0 : 1;
      return new Uce(with.get("eraseScale").asDouble(), preserve, keep, whole);
    }
    return name.startsWith("mace")
        ? new MaceRefinement(preserve, keep)
        : new Rece(preserve, keep, with.get("regularScale").asDouble(), with.get("epochs").asInt());
  }

  private static TextMapEdit edit(JsonNode given) {
    return method(given).solve(ClosedFile.pairs(given), ClosedFile::gram).edit();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void solve_allLayers_equalLeastSquaresOfEach(JsonNode given) {
    TextMapEdit edit = edit(given);
    List<Matrix> layers = ClosedFile.layers();
    for (int i = 0; i < layers.size(); i++) {
      Matrix old = layers.get(i);
      Matrix expected = Matrix.of(old.rows(), WIDTH, doubles(given.get("layers").get(i)));
      assertThat(apart(edit.apply(old), expected)).isLessThan(CLOSE);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void solve_rank_isNoMoreThanItMustBe(JsonNode given) {
    boolean oneSolve = !given.get("name").asText().startsWith("rece");
    if (oneSolve) {
      assertThat(edit(given).rank()).isEqualTo(given.get("rank").asInt());
    } else {
      assertThat(edit(given).rank()).isBetween(given.get("rank").asInt(), WIDTH);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void score_ofTheEdit_equalsThatOfTheLayers(JsonNode given) {
    TextPairs pairs = ClosedFile.pairs(given);
    TextMapEdit edit = edit(given);
    JsonNode expected = given.get("scores");
    TextMapScore score = TextMapScore.of(edit, pairs, ClosedFile.gram());
    assertAfter(score.erased(), expected.get("erased"));
    assertAfter(score.preserved(), expected.get("preserved"));
    double[] before = score.erased().stream().mapToDouble(Residual::before).toArray();
    assertThat(before).containsExactly(doubles(expected.get("before")), within(CLOSE));
    Matrix first = ClosedFile.layers().get(0);
    TextMapScore ofOne = TextMapScore.of(edit, pairs, Gram.of(first));
    assertAfter(ofOne.erased(), expected.get("erased_in_first_layer"));
  }

  private static void assertAfter(List<Residual> got, JsonNode expected) {
    double[] after = got.stream().mapToDouble(Residual::after).toArray();
    assertThat(after).containsExactly(doubles(expected), within(CLOSE));
  }

  /** With the bias in the target the kept texts move by the bias; without it they hardly do. */
  @Test
  void apply_layerWithBias_doesNotCountItTwice() {
    JsonNode toy = ClosedFile.read().root().get("toy");
    Matrix weight = matrix("toy.layer", 16, WIDTH);
    Matrix kept = matrix("toy.kept", 8, WIDTH);
    TextPairs pairs =
        TextPairs.of(
            List.of(
                new Concept(
                    text("erase", matrix("toy.erase", 1, WIDTH)),
                    text("guide", matrix("toy.guide", 1, WIDTH)))),
            List.of(text("kept", kept)));
    TextMapEdit edit = new Uce(1, 1, 0.009, 0).solve(pairs, ClosedFile::gram).edit();
    double[] bias = doubles(toy.get("bias"));
    Matrix before = kept.times(weight.transposed());
    Matrix after = kept.times(edit.apply(weight).transposed());
    double error = length(after.minus(before)) / length(plus(before, bias));
    assertThat(error).isCloseTo(toy.get("right").asDouble(), within(CLOSE)).isLessThan(0.0055);
    assertThat(toy.get("bias_twice").asDouble()).isGreaterThan(0.126);
    assertThat(toy.get("bias_share").asDouble()).isCloseTo(0.128, within(1e-6));
  }

  private static Matrix plus(Matrix rows, double[] bias) {
    double[] values = rows.values();
    for (int i = 0; i < values.length; i++) {
      values[i] += bias[i % bias.length];
    }
    return Matrix.of(rows.rows(), rows.columns(), values);
  }

  private static double length(Matrix m) {
    double sum = 0;
    for (double v : m.values()) {
      sum += v * v;
    }
    return Math.sqrt(sum);
  }
}
