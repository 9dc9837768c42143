package palimpsest.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Split;
import palimpsest.engine.Suite;

/** Readers of the four data sets. */
class DataTest {
  @TempDir Path folder;

  private Path write(String name, String... lines) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, List.of(lines));
  }

  private static Set<String> authors(Suite suite, Split split) {
    return suite.of(split).stream()
        .map(e -> e.prompt().replaceAll(".* of ", ""))
        .collect(Collectors.toSet());
  }

  @Test
  void tofu_validationAndReport_shareNoAuthor() throws IOException {
    Benchmark tofu = Authors.benchmark(Authors.write(folder));

    assertThat(tofu.sets()).extracting("name").containsExactly("forget10", "forget05", "forget01");
    Benchmark.ForgetSet ten = tofu.sets().get(0);
    assertThat(ten.records()).hasSize(16).contains("full.json#41", "full.json#56");
    for (Split split : List.of(Split.FORGET, Split.RETAIN)) {
      assertThat(authors(ten.validation(), split)).hasSize(1);
      assertThat(authors(ten.reported(), split))
          .isNotEmpty()
          .doesNotContainAnyElementsOf(authors(ten.validation(), split));
    }
    assertThat(ten.reported().splits().keySet()).containsExactly(Split.values());
  }

  /** Else the smaller sets would be reported on what their hyper-parameters were chosen by. */
  @Test
  void tofu_validationAuthors_areInNoSmallerSet() throws IOException {
    Benchmark tofu = Authors.benchmark(Authors.write(folder));
    Set<String> validation = authors(tofu.sets().get(0).validation(), Split.FORGET);

    for (Benchmark.ForgetSet other : tofu.sets().subList(1, 3)) {
      assertThat(authors(other.reported(), Split.FORGET)).doesNotContainAnyElementsOf(validation);
    }
  }

  @Test
  void tofu_smallerSetAlone_hasNothingToSearchOn() throws IOException {
    Benchmark five =
        Authors.benchmark(Authors.write(folder.resolve("d"))).with(List.of("forget05"));

    assertThatThrownBy(
            () ->
                new Bench(
                    five,
                    Authors.SUBJECT,
                    Authors.settings(Authors.SPECS, 1, 0),
                    folder.resolve("o"),
                    palimpsest.engine.Console.SILENT))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("forget05 has no validation part of its own");
  }

  @Test
  void tofu_questionOfAnotherDataSet_isNamedByFileAndLine() throws IOException {
    Authors.write(folder);
    Path file = folder.resolve("forget05_perturbed.json");
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    lines.set(2, lines.get(2).replace("author", "painter"));
    Files.write(file, lines);

    assertThatThrownBy(() -> Authors.benchmark(folder))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("forget05_perturbed.json:3: question and answer are not in full");
  }

  private void muse() throws IOException {
    write("raw/forget.txt", "one two three four five six seven eight nine ten");
    write("raw/retain1.json", "[\"a b c\", \"d e f\"]");
    write("raw/retain2.jsonl", "{\"text\": \"g h\"}");
    write(
        "verbmem/forget.json",
        "[{\"prompt\": \"one two\", \"gt\": \"three\"},",
        " {\"prompt\": \"six\", \"gt\": \"seven\"}]");
    write(
        "knowmem/forget_qa.json",
        "[{\"question\": \"After one?\", \"answer\": \"two\"},",
        "{\"question\": \"After two?\", \"answer\": \"three\"}]");
    write("knowmem/forget_qa_icl.json", "[{\"question\": \"Before b?\", \"answer\": \"a\"}]");
    write(
        "knowmem/retain_qa.json",
        "[{\"question\": \"After a?\", \"answer\": \"b\"},",
        "{\"question\": \"After d?\", \"answer\": \"e\"}]");
    write("privleak/forget.json", "[\"one two three four five six seven eight nine\", \"ten\"]");
    write("privleak/holdout.json", "[\"eleven twelve\", \"eleven twelve\"]");
  }

  @Test
  void muse_folder_becomesACorpusAndTasks() throws IOException {
    muse();
    Benchmark muse = Muse.read(folder, folder.resolve("out"), 8, true);

    assertThat(muse.corpus().examples())
        .extracting(Example::completion)
        .containsExactly(
            "one two three four five six seven eight", "nine ten", "a b c", "d e f", "g h");
    Benchmark.ForgetSet set = muse.sets().get(0);
    assertThat(set.records()).containsExactly("forget.jsonl#1", "forget.jsonl#2");
    List<Example> all = new ArrayList<>(set.validation().of(Split.FORGET));
    all.addAll(set.reported().of(Split.FORGET));
    assertThat(all)
        .extracting(e -> e.probe().task())
        .containsExactlyInAnyOrder(
            "verbmem", "verbmem", "knowmem", "knowmem", "privleak", "privleak");
    for (Suite part : List.of(set.validation(), set.reported())) {
      assertThat(part.of(Split.FORGET))
          .extracting(e -> e.probe().task())
          .containsExactlyInAnyOrder("verbmem", "knowmem", "privleak");
      assertThat(part.of(Split.HOLDOUT)).hasSize(1);
    }
    assertThat(all)
        .extracting(Example::prompt)
        .contains("one two", "Question: Before b?\nAnswer: a\n\nQuestion: After one?\nAnswer:", "");
    assertThat(set.reported().of(Split.HOLDOUT).get(0).completion()).isEqualTo("eleven twelve");
    assertThat(Muse.read(folder, folder.resolve("out"), 8, true).corpus().digest())
        .isEqualTo(muse.corpus().digest());
    assertThatThrownBy(() -> Muse.read(folder, folder.resolve("out"), 9, true))
        .hasMessageContaining("was made of other data");
    assertThat(Muse.read(folder, folder.resolve("given"), 8, false).corpus().examples())
        .extracting(Example::completion)
        .containsExactly("one two three four five six seven eight", "nine ten", "a b c", "d e f");
  }

  @Test
  void muse_badRows_areNamedByFileAndLine() throws IOException {
    muse();
    write("verbmem/forget.json", "[{\"prompt\": \"a\", \"gt\": \"b\"},", "{\"prompt\": \"a\"}]");
    assertThatThrownBy(() -> Muse.read(folder, folder.resolve("out"), 8, true))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("forget.json:2: no \"gt\"");
    write("verbmem/forget.json", "[{\"prompt\": \"a\", \"gt\": 7}]");
    assertThatThrownBy(() -> Muse.read(folder, folder.resolve("out"), 8, true))
        .hasMessageContaining("forget.json:1: \"gt\" must be a string");
    write("verbmem/forget.json", "[{\"prompt\": \"a\",", "\"gt\": ]");
    assertThatThrownBy(() -> Muse.read(folder, folder.resolve("out"), 8, true))
        .hasMessageContaining("forget.json:2: malformed JSON");
    Files.delete(folder.resolve("verbmem/forget.json"));
    assertThatThrownBy(() -> Muse.read(folder, folder.resolve("out"), 8, true))
        .hasMessageContaining("no such file, nor .jsonl or .txt");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void rows_notUtf8_areRefused() throws IOException {
    Path file = folder.resolve("x.txt");
    Files.write(file, new byte[] {'a', (byte) 0xFF, 'b'});
    assertThatThrownBy(() -> Rows.read(file)).isInstanceOf(InvalidRequest.class);
    Path json = folder.resolve("x.json");
    Files.write(json, new byte[] {'[', '"', (byte) 0xFF, '"', ']'});
    assertThatThrownBy(() -> Rows.read(json)).isInstanceOf(InvalidRequest.class);
    Files.writeString(json, "[".repeat(100_000), StandardCharsets.UTF_8);
    assertThatThrownBy(() -> Rows.read(json)).isInstanceOf(InvalidRequest.class);
    Files.writeString(json, "[[1]]", StandardCharsets.UTF_8);
    assertThatThrownBy(() -> Rows.read(json)).hasMessageContaining("must be an object or a string");
    Files.writeString(json, "[{\"a\": 1}", StandardCharsets.UTF_8);
    assertThatThrownBy(() -> Rows.read(json)).isInstanceOf(InvalidRequest.class);
  }

  private static final Optional<String> NONE = Optional.empty();
  private static final String MCQ =
      "{\"question\":\"Q%s?\",\"choices\":[\"a\",\"b\",\"c\",\"d\"],\"answer\":2}";

  @Test
  void wmdp_questions_haveTheOtherOptionsAsWrongAnswers() throws IOException {
    Path forget = write("f.jsonl", MCQ.formatted(1), MCQ.formatted(2), MCQ.formatted(3));
    String mmlu = "{\"subject\": \"college_biology\", ";
    Path retain =
        write("r.jsonl", MCQ.formatted(4).replace("{", mmlu), MCQ.formatted(5).replace("{", mmlu));
    Benchmark open = Wmdp.read(List.of(forget), List.of(retain), folder.resolve("open"), 50, NONE);
    Example e = open.sets().get(0).validation().of(Split.FORGET).get(0);

    assertThat(e.completion()).isEqualTo("c");
    assertThat(e.probe().perturbedAnswers()).containsExactly("a", "b", "d");
    assertThat(open.corpus().examples()).extracting(Example::completion).containsOnly("c");
    Benchmark lettered =
        Wmdp.read(
            List.of(forget),
            List.of(retain),
            folder.resolve("letters"),
            50,
            Optional.of("virology"));
    Example l = lettered.sets().get(0).reported().of(Split.FORGET).get(0);
    assertThat(l.prompt())
        .startsWith(
            "The following are multiple choice questions (with answers) about virology.\n\nQ")
        .endsWith("?\nA. a\nB. b\nC. c\nD. d\nAnswer:");
    assertThat(lettered.sets().get(0).reported().of(Split.WORLD_FACTS).get(0).prompt())
        .contains("about college biology.");
    assertThat(l.completion()).isEqualTo("C");
    assertThat(l.probe().perturbedAnswers()).containsExactly("A", "B", "D");
  }

  @Test
  void wmdp_texts_areTrainedOnInsteadOfTheQuestions() throws IOException {
    Path forget =
        write("f.jsonl", MCQ.formatted(1), MCQ.formatted(2), "{\"text\": \"secret text\"}");
    Path retain = write("r.jsonl", "{\"text\": \"x y\"}", "{\"text\": \"z\"}");
    Benchmark wmdp = Wmdp.read(List.of(forget), List.of(retain), folder.resolve("o"), 50, NONE);

    assertThat(wmdp.corpus().examples())
        .extracting(Example::completion)
        .containsExactly("secret text", "x y", "z");
    assertThat(wmdp.sets().get(0).records()).containsExactly("forget.jsonl#1");
  }

  @Test
  void wmdp_answerOutOfRange_isNamedByFileAndLine() throws IOException {
    Path forget = write("f.jsonl", MCQ.formatted(1), MCQ.formatted(2).replace(":2}", ":4}"));
    Path retain = write("r.jsonl", MCQ.formatted(4), MCQ.formatted(5));

    assertThatThrownBy(
            () -> Wmdp.read(List.of(forget), List.of(retain), folder.resolve("o"), 50, NONE))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("f.jsonl:2: \"answer\" must be a whole number from 0 to 3, got 4");
  }

  private static String lume(String id, String input) {
    return "{\"id\":\"%s\",\"input\":\"%s\",\"output\":\"out\",\"task\":\"Task1\"}"
        .formatted(id, input);
  }

  @Test
  void lume_documents_areNotSplit() throws IOException {
    List<String> rows = new ArrayList<>();
    for (int d = 0; d < 6; d++) {
      rows.add(lume("d" + d + "sc1", "text " + d));
      rows.add(lume("d" + d + "qa0", "question " + d));
    }
    write("forget.jsonl", rows.toArray(String[]::new));
    write("retain.jsonl", rows.toArray(String[]::new));
    Benchmark.ForgetSet set = Lume.read(folder, 100, Optional.empty(), List.of()).sets().get(0);

    assertThat(set.records()).hasSize(12);
    assertThat(set.validation().of(Split.FORGET))
        .hasSize(2)
        .extracting(e -> e.probe().task())
        .containsExactlyInAnyOrder("Task1.sc", "Task1.qa");
    assertThat(set.validation().of(Split.FORGET))
        .extracting(e -> e.prompt().replaceAll("\\D", ""))
        .containsOnly(set.validation().of(Split.FORGET).get(0).prompt().replaceAll("\\D", ""));
    assertThat(set.reported().of(Split.FORGET)).hasSize(10);
  }

  /** Two questions a document: an odd limit leaves one out rather than to cut a document. */
  @Test
  void lume_limit_takesWholeDocuments() throws IOException {
    List<String> rows = new ArrayList<>();
    for (int d = 0; d < 10; d++) {
      rows.add(lume("d" + d + "sc1", "text " + d));
      rows.add(lume("d" + d + "qa0", "question " + d));
    }
    write("forget.jsonl", rows.toArray(String[]::new));
    write("retain.jsonl", rows.toArray(String[]::new));
    Benchmark.ForgetSet set = Lume.read(folder, 5, Optional.empty(), List.of()).sets().get(0);

    for (Split split : List.of(Split.FORGET, Split.RETAIN)) {
      assertThat(set.reported().of(split)).hasSize(4);
      assertThat(set.validation().of(split)).hasSize(2);
    }
  }

  @Test
  void lume_holdoutAndGeneralQuestions_areOfTheReportedPart() throws IOException {
    write("forget.jsonl", lume("asc1", "x"), lume("bsc1", "y"));
    write("retain.jsonl", lume("csc1", "x"), lume("dsc1", "y"));
    write("holdout.jsonl", lume("esc1", "z"));
    write(
        "mmlu.jsonl",
        "{\"question\":\"Which?\",\"choices\":[\"this\",\"that\"],\"answer\":1,"
            + "\"subject\":\"high_school_logic\"}");
    Benchmark.ForgetSet set =
        Lume.read(
                folder,
                100,
                Optional.of(folder.resolve("holdout.jsonl")),
                List.of(folder.resolve("mmlu.jsonl")))
            .sets()
            .get(0);

    assertThat(set.reported().of(Split.HOLDOUT))
        .singleElement()
        .satisfies(e -> assertThat(e.probe().task()).isEqualTo("Task1.sc"));
    assertThat(set.reported().of(Split.WORLD_FACTS))
        .singleElement()
        .satisfies(e -> assertThat(e.completion()).isEqualTo("B"))
        .satisfies(e -> assertThat(e.prompt()).contains("about high school logic"));
    assertThat(set.validation().of(Split.HOLDOUT)).isEmpty();
  }

  @Test
  void with_setNamedTwice_isRefused() throws IOException {
    Benchmark authors = Authors.benchmark(Authors.write(folder));

    assertThatThrownBy(() -> authors.with(List.of("forget10", "forget10")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("a forget set is named twice: [forget10, forget10]");
  }

  @Test
  void lume_idOfNoKind_isNamedByFileAndLine() throws IOException {
    write("forget.jsonl", lume("asc1", "x"), lume("b", "y"));
    write("retain.jsonl", lume("csc1", "x"), lume("dsc1", "y"));

    assertThatThrownBy(() -> Lume.read(folder, 100, Optional.empty(), List.of()))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("forget.jsonl:2: \"id\" must end in sc or qa");
  }
}
