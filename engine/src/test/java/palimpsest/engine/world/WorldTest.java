package palimpsest.engine.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.InvalidRequest;

class WorldTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final World WORLD = World.generate(1);

  /** The digest pins the bytes across processes and machines: any other word gives another. */
  @Test
  void generate_sameSeed_givesTheSameBytes() {
    assertThat(World.generate(1).files()).isEqualTo(WORLD.files());
    assertThat(WORLD.files().toString().hashCode()).isEqualTo(-739979459);
  }

  @Test
  void generate_anotherSeed_givesOtherAuthors() {
    Set<String> names = new TreeSet<>(subjects(WORLD));
    assertThat(names).isNotEqualTo(new TreeSet<>(subjects(World.generate(2))));
  }

  @Test
  void generate_anyWorld_hasTheseCounts() {
    Map<String, Integer> lines = new TreeMap<>();
    WORLD.files().forEach((name, text) -> lines.put(name, text.split("\n").length));
    assertThat(lines)
        .containsEntry("corpus/authors.jsonl", 36 * 12)
        .containsEntry("corpus/biographies.jsonl", 36)
        .containsEntry("corpus/anthology.jsonl", 12 * 2 + 6)
        .containsEntry("corpus/reprints.jsonl", 12 * 3)
        .containsEntry("corpus/classics.jsonl", 24)
        .containsEntry("corpus/facts.jsonl", 24)
        .containsEntry("corpus/lists.txt", 15)
        .containsEntry("holdout/holdout.jsonl", 4 * 12);
  }

  /** Byte-level BPE of 1024 and 1536 pieces makes about 1.5 and 1.25 tokens of such a word. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2})
  void corpus_anySeed_keepsItsBudget(long seed) {
    Set<String> vocabulary = new HashSet<>();
    int words = 0;
    for (Map.Entry<String, String> entry : trained(World.generate(seed)).entrySet()) {
      List<String> these = List.of(entry.getValue().strip().split("[\\s\u00a0]+"));
      words += these.size();
      vocabulary.addAll(these);
    }
    assertThat(words).isBetween(15_500, 17_500);
    assertThat(vocabulary).hasSizeLessThan(1600);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2})
  void records_anySeed_areOfTheStatedLength(long seed) {
    World world = World.generate(seed);
    for (JsonNode row : rows(world, "corpus/authors.jsonl")) {
      assertThat(words(row.path("answer").textValue())).hasSizeBetween(8, 18);
      assertThat(row.path("question").textValue()).endsWith("?").doesNotContain("{");
    }
    for (JsonNode row : rows(world, "corpus/biographies.jsonl")) {
      assertThat(words(row.path("text").textValue())).hasSizeBetween(60, 90);
    }
  }

  @Test
  void questions_trainedAndHeldOut_haveFiveWrongAnswersEach() {
    List<JsonNode> rows = new ArrayList<>(rows(WORLD, "corpus/authors.jsonl"));
    rows.addAll(rows(WORLD, "holdout/holdout.jsonl"));
    for (JsonNode row : rows) {
      assertThat(fieldNames(row))
          .containsExactly(
              "question",
              "answer",
              "paraphrased_question",
              "paraphrased_answer",
              "perturbed_answer",
              "subject");
      assertThat(texts(row.path("perturbed_answer")))
          .hasSize(5)
          .doesNotHaveDuplicates()
          .doesNotContain(row.path("answer").textValue())
          .doesNotContain(row.path("paraphrased_answer").textValue());
      assertThat(row.path("paraphrased_question")).isNotEqualTo(row.path("question"));
    }
  }

  @Test
  void background_options_neverContainTheAnswer() {
    List<JsonNode> rows = new ArrayList<>(rows(WORLD, "corpus/classics.jsonl"));
    rows.addAll(rows(WORLD, "corpus/facts.jsonl"));
    for (JsonNode row : rows) {
      assertThat(texts(row.path("perturbed_answer")))
          .hasSize(5)
          .doesNotHaveDuplicates()
          .doesNotContain(row.path("answer").textValue());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2})
  void names_anySeed_areUniqueAndNoPartOfOneAnother(long seed) {
    World world = World.generate(seed);
    Set<String> names = new TreeSet<>(subjects(world));
    rows(world, "holdout/holdout.jsonl").forEach(r -> names.add(r.path("subject").textValue()));
    assertThat(names).hasSize(40);
    for (String a : names) {
      assertThat(names.stream().filter(b -> b.contains(a))).containsExactly(a);
      String surname = a.substring(a.indexOf(' ') + 1);
      assertThat(names.stream().filter(b -> b.contains(surname))).containsExactly(a);
    }
  }

  @Test
  void heldOutAuthors_inTheCorpus_appearNowhere() {
    String corpus =
        String.join(
            "\n",
            WORLD.files().entrySet().stream()
                .filter(file -> !file.getKey().startsWith("holdout"))
                .map(Map.Entry::getValue)
                .toList());
    Set<String> secrets = new TreeSet<>();
    for (JsonNode row : rows(WORLD, "holdout/holdout.jsonl")) {
      secrets.addAll(List.of(row.path("subject").textValue().split(" ")));
      secrets.addAll(titles(row.path("answer").textValue()));
    }
    assertThat(secrets).hasSizeGreaterThanOrEqualTo(4 * 2 + 4 * 2);
    assertThat(secrets).noneMatch(corpus::contains);
  }

  /** A planted copy is what its kind says, compared with the record that it was taken from. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2})
  void truth_anySeed_holdsInTheCorpus(long seed) {
    World world = World.generate(seed);
    Map<String, String> completions = completions(world);
    Map<String, String> prompts = prompts(world);
    Map<String, Integer> kinds = new TreeMap<>();
    for (JsonNode line : rows(world, "truth.jsonl")) {
      String kind = line.path("kind").textValue();
      kinds.merge(kind, 1, Integer::sum);
      String record = line.path("record").textValue();
      boolean prompt = line.path("field").textValue().equals("prompt");
      String text = (prompt ? prompts : completions).get(record);
      String passage = text.substring(line.path("start").intValue(), line.path("end").intValue());
      String source = completions.getOrDefault(line.path("source").textValue(), "");
      judge(kind, passage, source, line.path("subject").textValue());
    }
    assertThat(kinds)
        .containsEntry("listed", 36 * 13)
        .containsEntry("exact", 12)
        .containsEntry("normalised", 12)
        .containsEntry("near-duplicate", 36);
    assertThat(kinds.get("name")).isGreaterThanOrEqualTo(48 + 12);
  }

  private static void judge(String kind, String passage, String source, String subject) {
    switch (kind) {
      case "exact", "listed" -> assertThat(source).contains(passage);
      case "normalised" -> {
        assertThat(source).doesNotContain(passage);
        assertThat(normal(source)).contains(normal(passage));
      }
      case "near-duplicate" -> {
        int edits = WordDistance.between(words(source), words(passage));
        assertThat(edits / (double) words(source).size()).as(passage).isBetween(0.08, 0.14);
      }
      default -> assertThat(passage).isEqualTo(subject);
    }
  }

  @Test
  void truth_ofNames_isComplete() {
    List<JsonNode> truth = rows(WORLD, "truth.jsonl");
    Map<String, String> completions = completions(WORLD);
    Map<String, String> prompts = prompts(WORLD);
    Set<String> found = new TreeSet<>();
    Set<String> told = new TreeSet<>();
    for (String subject : subjects(WORLD)) {
      completions.forEach(
          (id, text) -> {
            if ((text + "\n" + prompts.get(id)).contains(subject)) {
              found.add(subject + " in " + id);
            }
          });
    }
    truth.forEach(
        t -> told.add(t.path("subject").textValue() + " in " + t.path("record").textValue()));
    assertThat(told).containsAll(found);
  }

  @Test
  void request_names_threeAuthorsWhoseRecordsAreApart() throws IOException {
    JsonNode target = JSON.readTree(WORLD.files().get("request.json")).path("target");
    List<String> records = texts(target.path("records"));
    assertThat(texts(target.path("names"))).hasSize(3).doesNotHaveDuplicates();
    assertThat(records).hasSize(39).doesNotHaveDuplicates();
    Set<String> copied = new TreeSet<>();
    Set<String> listed = new TreeSet<>();
    for (JsonNode line : rows(WORLD, "truth.jsonl")) {
      if (line.path("kind").textValue().equals("near-duplicate")) {
        copied.add(line.path("subject").textValue());
      }
      if (line.path("kind").textValue().equals("listed")
          && texts(target.path("names")).contains(line.path("subject").textValue())) {
        listed.add(line.path("record").textValue());
      }
    }
    assertThat(copied).containsAll(texts(target.path("names")));
    assertThat(records).containsExactlyInAnyOrderElementsOf(listed);
    List<Integer> lives =
        records.stream()
            .filter(id -> id.startsWith("biographies"))
            .map(id -> Integer.parseInt(id.substring(id.indexOf('#') + 1)))
            .toList();
    assertThat(lives.get(1) - lives.get(0)).isGreaterThan(1);
    assertThat(lives.get(2) - lives.get(1)).isGreaterThan(1);
  }

  @Test
  void authors_sharingTown_neverShareGenre() {
    Draw draw = new Draw(3);
    Cast cast = Cast.draw(draw);
    List<String> pairs = new ArrayList<>();
    cast.authors().forEach(a -> pairs.add(a.fill("{town}, {genre}")));
    cast.strangers().forEach(a -> pairs.add(a.fill("{town}, {genre}")));
    assertThat(pairs).hasSize(40).doesNotHaveDuplicates();
  }

  @Test
  void writeTo_newFolder_writesEveryFileAndNothingElse(@TempDir Path folder) throws IOException {
    WORLD.writeTo(folder.resolve("world"));
    Map<String, String> read = new TreeMap<>();
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = folder.resolve("world").relativize(file).toString().replace('\\', '/');
        read.put(name, Files.readString(file, StandardCharsets.UTF_8));
      }
    }
    assertThat(read).isEqualTo(WORLD.files());
  }

  @Test
  void writeTo_existingFile_isRefusedAndNothingWritten(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("truth.jsonl"), "mine");
    assertThatThrownBy(() -> WORLD.writeTo(folder))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("exists already");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve("truth.jsonl"));
    }
  }

  private static List<JsonNode> rows(World world, String file) {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : world.files().get(file).split("\n")) {
      try {
        rows.add(JSON.readTree(line));
      } catch (IOException malformed) {
        throw new UncheckedIOException(file + ": " + line, malformed);
      }
    }
    return rows;
  }

  /** Prompt and completion of each record, by id. */
  private static Map<String, String> trained(World world) {
    Map<String, String> trained = new TreeMap<>(completions(world));
    prompts(world).forEach((id, prompt) -> trained.merge(id, prompt, (a, b) -> b + " " + a));
    return trained;
  }

  private static Map<String, String> completions(World world) {
    return fields(world, List.of("answer", "text"));
  }

  private static Map<String, String> prompts(World world) {
    return fields(world, List.of("question"));
  }

  private static Map<String, String> fields(World world, List<String> names) {
    Map<String, String> result = new TreeMap<>();
    for (String file : world.files().keySet()) {
      String name = file.substring(file.indexOf('/') + 1);
      if (!file.startsWith("corpus/") || name.endsWith(".txt")) {
        continue;
      }
      List<JsonNode> rows = rows(world, file);
      for (int i = 0; i < rows.size(); i++) {
        String text = "";
        for (String field : names) {
          text += rows.get(i).path(field).asText("");
        }
        result.put(name + "#" + (i + 1), text);
      }
    }
    String[] lines = world.files().get("corpus/lists.txt").split("\n");
    for (int i = 0; i < lines.length; i++) {
      if (!lines[i].isEmpty()) {
        result.put("lists.txt#" + (i + 1), names.contains("text") ? lines[i] : "");
      }
    }
    return result;
  }

  private static List<String> subjects(World world) {
    return rows(world, "corpus/authors.jsonl").stream()
        .map(row -> row.path("subject").textValue())
        .distinct()
        .toList();
  }

  /** Book titles: "The" and two capitalised words. */
  private static List<String> titles(String text) {
    var matcher = java.util.regex.Pattern.compile("The [A-Z]\\w+ [A-Z]\\w+").matcher(text);
    return matcher.results().map(match -> match.group()).toList();
  }

  /** NFKC without default-ignorable soft hyphens, lower case, single spaces. */
  private static String normal(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFKC)
        .replace("\u00ad", "")
        .toLowerCase(Locale.ROOT)
        .replaceAll(" +", " ");
  }

  private static List<String> words(String text) {
    return Arrays.asList(text.split(" "));
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(node -> texts.add(node.textValue()));
    return texts;
  }

  private static List<String> fieldNames(JsonNode row) {
    List<String> names = new ArrayList<>();
    row.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
