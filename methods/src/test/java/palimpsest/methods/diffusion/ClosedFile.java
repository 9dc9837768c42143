package palimpsest.methods.diffusion;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import palimpsest.testkit.FormulaWeights;

/** testkit/golden/diffusion/closed/closed.json, and the inputs that its script makes by name. */
record ClosedFile(JsonNode root) {
  static final int WIDTH = 12;
  private static final int TOKENS = 4;

  static ClosedFile read() {
    try {
      return new ClosedFile(
          new ObjectMapper()
              .readTree(Path.of("../testkit/golden/diffusion/closed/closed.json").toFile()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stream<JsonNode> cases() {
    return StreamSupport.stream(read().root.get("cases").spliterator(), false);
  }

  /** 2 u - 1 by name and number. */
  static Matrix matrix(String name, int rows, int columns) {
    double[] values =
        IntStream.range(0, rows * columns)
            .mapToDouble(k -> 2 * FormulaWeights.uniform("closed." + name, k) - 1)
            .toArray();
    return Matrix.of(rows, columns, values);
  }

  static List<Matrix> layers() {
    return IntStream.of(5, 8, 16).mapToObj(h -> matrix("layer." + h, h, WIDTH)).toList();
  }

  static Matrix gram() {
    Gram gram = new Gram(WIDTH);
    layers().forEach(gram::add);
    return gram.matrix();
  }

  static TextStates text(String name, Matrix states) {
    return new TextStates(name, states);
  }

  /** The texts of a case; MACE's have the captions as a prior. */
  static TextPairs pairs(JsonNode given) {
    int from = given.get("last_only").asBoolean() ? TOKENS - 1 : 0;
    List<Concept> concepts =
        strings(given.get("concepts")).map(name -> concept(name, from)).toList();
    TextPairs pairs =
        TextPairs.of(concepts, strings(given.get("preserved")).map(ClosedFile::kept).toList());
    boolean mace = given.get("name").asText().startsWith("mace");
    return mace ? pairs.withPrior(Gram.of(matrix("captions", 40, WIDTH))) : pairs;
  }

  private static Concept concept(String name, int from) {
    Matrix erase = matrix("erase." + name, TOKENS, WIDTH);
    Matrix guide = matrix("guide." + name, TOKENS, WIDTH);
    Matrix begun = erase.part(0, 1).above(guide.part(1, TOKENS)); // the first token is the same
    return new Concept(
        text(name, erase.part(from, TOKENS)), text("guide " + name, begun.part(from, TOKENS)));
  }

  private static TextStates kept(String name) {
    return text(name, matrix("preserved." + name, name.equals("p") ? 3 : 2, WIDTH));
  }

  private static Stream<String> strings(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText);
  }

  /** The largest difference of two numbers in the same place. */
  static double apart(Matrix a, Matrix b) {
    return Arrays.stream(a.minus(b).values()).map(Math::abs).max().orElse(0);
  }

  static double[] doubles(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }
}
