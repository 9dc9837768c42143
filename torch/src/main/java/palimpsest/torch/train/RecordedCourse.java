package palimpsest.torch.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Recipe;

/**
 * What a run met, as its ledger has it.
 *
 * @param lines of the ledger, the header first
 * @param examples in the data; a line that names another is refused
 * @param companions beside the data
 */
record RecordedCourse(List<String> lines, int examples, int companions) implements Course {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ULPS = 16;

  @Override
  public int steps() {
    return lines.size() - 1;
  }

  @Override
  public Planned at(int step) {
    try {
      JsonNode line = JSON.readTree(lines.get(step));
      if (line.path("step").asInt() != step) {
        throw wrong(step, "is of step " + line.path("step"), null);
      }
      return new Planned(
          line.path("epoch").asInt(),
          parts(step, line.path("parts"), examples),
          parts(step, line.path("beside"), companions));
    } catch (JsonProcessingException e) {
      throw wrong(step, "is not JSON", e);
    }
  }

  /**
   * Holds the number of steps, and seed and learning rate of each, to a recipe's and its schedule.
   *
   * @throws CorruptArtifact naming the first line that says otherwise
   */
  void requireRates(Recipe recipe, Schedule schedule) {
    if (steps() != schedule.steps()) {
      throw new CorruptArtifact(
          "the ledger has "
              + steps()
              + " steps, recipe and data settle "
              + schedule.steps()
              + ": restore it from a copy");
    }
    for (int step = 1; step <= steps(); step++) {
      try {
        JsonNode line = JSON.readTree(lines.get(step));
        double rate = schedule.rate(step);
        if (!isRate(line.path("rate").asText(), rate)) {
          throw wrong(
              step,
              "has rate " + line.path("rate") + ", the recipe has " + Double.toHexString(rate),
              null);
        }
        if (line.path("seed").asLong(-1) != recipe.seed()) {
          throw wrong(
              step, "has seed " + line.path("seed") + ", the recipe has " + recipe.seed(), null);
        }
      } catch (JsonProcessingException e) {
        throw wrong(step, "is not JSON", e);
      }
    }
  }

  /** Another machine's cosine may differ in its last bits. */
  private static boolean isRate(String told, double rate) {
    try {
      return Math.abs(Double.parseDouble(told) - rate) <= ULPS * Math.ulp(rate);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static List<int[]> parts(int step, JsonNode node, int size) {
    List<int[]> parts = new ArrayList<>();
    for (JsonNode part : node) {
      int[] indices = new int[part.size()];
      for (int i = 0; i < indices.length; i++) {
        indices[i] = part.path(i).asInt(-1);
        if (indices[i] < 0 || indices[i] >= size) {
          throw wrong(step, "names example " + part.path(i) + " of " + size, null);
        }
      }
      parts.add(indices);
    }
    return parts;
  }

  private static CorruptArtifact wrong(
      int step, String what, @org.jspecify.annotations.Nullable Throwable why) {
    String message = "ledger line " + (step + 1) + " " + what + ": restore it from a copy";
    return why == null ? new CorruptArtifact(message) : new CorruptArtifact(message, why);
  }
}
