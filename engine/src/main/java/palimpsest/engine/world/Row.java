package palimpsest.engine.world;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A line of a file of records.
 *
 * @param fields as they are written, in this order
 * @param copies what was planted in its text or answer
 */
record Row(Map<String, Object> fields, List<Copy> copies) {

  /**
   * A passage of an author's record that stands elsewhere.
   *
   * @param kind {@code exact}, {@code normalised} or {@code near-duplicate}
   * @param start index of its first UTF-16 unit
   * @param end index past its last UTF-16 unit
   * @param source id of the record that it was taken from
   */
  record Copy(String kind, String subject, int start, int end, String source) {}

  static Row text(String text, List<Copy> copies) {
    return new Row(Map.of("text", text), copies);
  }

  static Row answer(String question, String answer, List<Copy> copies) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("question", question);
    fields.put("answer", answer);
    return new Row(fields, copies);
  }

  static Row options(String question, String answer, List<String> wrong) {
    Row row = answer(question, answer, List.of());
    row.fields().put("perturbed_answer", wrong);
    return row;
  }

  /** What a model is given: the question, or nothing. */
  String prompt() {
    return (String) fields.getOrDefault("question", "");
  }

  /** What a model learns: the answer, or the text. */
  String completion() {
    Object answer = fields.get("answer");
    return (String) (answer == null ? fields.getOrDefault("text", "") : answer);
  }
}
