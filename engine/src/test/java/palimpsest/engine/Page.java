package palimpsest.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A sealed dossier as a reader without this software sees it: its JSON. */
record Page(JsonNode root) {

  static Page read(Path dossier) throws IOException {
    return new Page(new ObjectMapper().readTree(dossier.resolve("dossier.json").toFile()));
  }

  JsonNode dossier() {
    return root.path("dossier");
  }

  /** What is said about an outcome. */
  JsonNode verdict(String label) {
    for (JsonNode verdict : root.path("verdicts")) {
      if (verdict.path("outcome").asText().equals(label)) {
        return verdict;
      }
    }
    throw new AssertionError("no verdict on " + label);
  }

  /** A point of an outcome's checklist. */
  JsonNode point(String label, int number) {
    return verdict(label).path("checklist").path(number - 1);
  }

  JsonNode outcome(String label) {
    for (JsonNode outcome : dossier().path("outcomes")) {
      if (outcome.path("label").asText().equals(label)) {
        return outcome;
      }
    }
    throw new AssertionError("no outcome " + label);
  }

  /** What an attack on an outcome found. */
  JsonNode attack(String label, String id) {
    for (JsonNode attempt : outcome(label).path("attacks")) {
      if (attempt.path("result").path("attack").asText().equals(id)) {
        return attempt.path("result");
      }
    }
    throw new AssertionError("no " + id + " on " + label);
  }

  /** A number that an attack gives under a name. */
  double named(String label, String id, String name) {
    for (JsonNode score : attack(label, id).path("scores")) {
      JsonNode value = score.path("score").path("measured").path("because").path("value");
      if (score.path("name").asText().equals(name) && value.isNumber()) {
        return value.asDouble();
      }
    }
    throw new AssertionError("no " + name + " in " + id + " on " + label);
  }

  /** A score of a metric. */
  double score(String metric, String column) {
    for (JsonNode row : dossier().path("scores")) {
      if (row.path("metric").asText().equals(metric)) {
        JsonNode value =
            row.path("scores").path(column).path("measured").path("because").path("value");
        if (value.isNumber()) {
          return value.asDouble();
        }
      }
    }
    throw new AssertionError("no " + metric + " of " + column);
  }

  static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(each -> texts.add(each.asText()));
    return texts;
  }
}
