package palimpsest.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import palimpsest.api.Finding;
import palimpsest.api.Finding.Match;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Request;

class FinderTest {
  @TempDir Path folder;

  private List<Finding> names(String name, String text) {
    return Planted.find(
        Planted.texts(folder, List.of(text)), Planted.request(List.of(name), List.of(), List.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "Ann Lee|I met Ann Lee.|EXACT|Ann Lee",
        "Ann Lee|I met ANN  lee.|NORMALISED|ANN  lee",
        "Ann Lee|Ａｎｎ Ｌｅｅ's book|NORMALISED|Ａｎｎ Ｌｅｅ",
        "Ann Lee|An\u00ADn \u200BLee|NORMALISED|An\u00ADn \u200BLee",
        "Ann Lee|Lee, Ann|NORMALISED|Lee, Ann",
        "Ann Lee|Ann-Lee|NORMALISED|Ann-Lee",
        "Ann Lee|Ann Leeds||",
        "Ann Lee|Joann Lee||",
        "Ann Lee|Ann and Lee||",
        "Ann Lee|Lee. Ann||",
        "Ann Lee|Ann. Lee||",
        "J. K. Rowe|by J.K. Rowe|NORMALISED|J.K. Rowe",
        "O'Brien|O’Brien wrote|NORMALISED|O’Brien",
        "Jose\u0301|café José here|NORMALISED|José",
        "Jose|Jose\u0301 here||",
        "STRASSE|die Straße|NORMALISED|Straße",
        "C++|in C++ and|EXACT|C++",
        "C++|in C and||",
        "王小明|作者王小明是|EXACT|王小明",
        "Odysseus|ODYSSEUS Ὀδυσσεύς|NORMALISED|ODYSSEUS",
        "ΣΟΦΟΣ|ὁ σοφος|NORMALISED|σοφος"
      })
  void name_inText_matchesAsWritten(String name, String text, String match, String span) {
    List<Finding> found = names(name, text);
    if (match == null) {
      assertThat(found).isEmpty();
      return;
    }
    assertThat(found).hasSize(1);
    Finding f = found.get(0);
    assertThat(f.match()).isEqualTo(Match.valueOf(match));
    assertThat(text.substring(f.start(), f.end())).isEqualTo(span);
    assertThat(f.target()).isEqualTo("name:" + name);
    assertThat(f.score()).isEqualTo(1);
  }

  @Test
  void name_threeTimesAndInThePrompt_sortedByFieldThenStart() {
    Path file =
        Planted.write(
            folder,
            "qa.jsonl",
            "{\"question\":\"ann lee?\",\"answer\":\"Ann Lee is Ann Lee\"}\n{\"text\":\"Ann Lee\"}");
    List<Finding> found =
        Planted.find(
            Corpus.read(List.of(file)), Planted.request(List.of("Ann Lee"), List.of(), List.of()));
    assertThat(found)
        .extracting(f -> f.exampleId() + " " + f.field() + " " + f.start() + " " + f.excerpt())
        .containsExactly(
            "qa.jsonl#1 prompt 0 ⟦ann lee⟧?",
            "qa.jsonl#1 completion 0 ⟦Ann Lee⟧ is Ann Lee",
            "qa.jsonl#1 completion 11 Ann Lee is ⟦Ann Lee⟧",
            "qa.jsonl#2 completion 0 ⟦Ann Lee⟧");
  }

  @Test
  void name_nowhere_emptyList() {
    assertThat(names("Ann Lee", "nobody")).isEmpty();
  }

  @Test
  void name_withoutLetters_refused() {
    assertThatThrownBy(() -> names("—!—", "text"))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("no letter or digit");
  }

  @Test
  void records_shortAnswers_foundOnlyWithTheirQuestionOrWhereRare() {
    Path file =
        Planted.write(
            folder,
            "qa.jsonl",
            """
            {"question":"Is she alive?","answer":"Yes."}
            {"question":"Is he tall?","answer":"Yes."}
            {"question":"is she  alive?","answer":"yes."}
            {"question":"Her name?","answer":"Zelda Quixotica Umbra"}
            {"question":"Who?","answer":"That was Zelda Quixotica Umbra, of course."}
            """
                + "{\"question\":\"Is it?\",\"answer\":\"It is.\"}\n".repeat(50));
    Corpus corpus = Corpus.read(List.of(file));
    List<Finding> found =
        Planted.find(
            corpus, Planted.request(List.of(), List.of(), List.of("qa.jsonl#1", "qa.jsonl#4")));
    assertThat(found)
        .extracting(f -> f.exampleId() + " " + f.match() + " " + f.target())
        .containsExactly(
            "qa.jsonl#1 EXACT record:qa.jsonl#1",
            "qa.jsonl#3 NORMALISED record:qa.jsonl#1",
            "qa.jsonl#4 EXACT record:qa.jsonl#4",
            "qa.jsonl#5 EXACT record:qa.jsonl#4");
  }

  /** Ten words of which one is replaced and one inserted: 9 of 11 columns match. */
  @Test
  void text_changedInTwoPlaces_scoreIsMatchedByAligned() {
    String passage = "seven grey herons stood silently beside our flooded village mill";
    String copy = "seven grey herons slept silently beside our old flooded village mill";
    Corpus corpus = Planted.texts(folder, List.of("He said: " + copy + ". Then", "nothing here"));
    List<Finding> found =
        Planted.find(corpus, Planted.request(List.of(), List.of(passage), List.of()));
    assertThat(found).hasSize(1);
    Finding f = found.get(0);
    assertThat(f.match()).isEqualTo(Match.NEAR_DUPLICATE);
    assertThat(f.score()).isEqualTo(9.0 / 11);
    assertThat(f.target()).isEqualTo("text:1");
    assertThat(f.start()).isEqualTo(9);
    assertThat(f.end()).isEqualTo(9 + copy.length());
  }

  @Test
  void excerpt_hostileText_oneLineAndCutAtWidth() {
    String text = "x".repeat(100) + "\u001B[2J\n\u202E⟧ Ann Lee \u2028" + "y".repeat(100);
    String excerpt = names("Ann Lee", text).get(0).excerpt();
    assertThat(excerpt).startsWith("…xxx").endsWith("yyy…").contains("] ⟦Ann Lee⟧ ");
    assertThat(excerpt).doesNotContain("\u001B", "\n", "\u202E", "\u2028").hasSizeLessThan(140);
  }

  @Test
  void find_manyMatchesAndMarks_noBlowUp() {
    String hostile = "Ann Lee ".repeat(50_000) + "e" + "\u0301\u0323".repeat(50_000);
    assertThat(names("Ann Lee", hostile)).hasSize(50_000);
  }

  @Test
  void find_interrupted_stops() {
    Corpus corpus = Planted.texts(folder, List.of("a", "b"));
    Thread.currentThread().interrupt();
    assertThatThrownBy(
            () -> Planted.find(corpus, Planted.request(List.of("a"), List.of(), List.of())))
        .isInstanceOf(Interrupted.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void find_progress_endsAtTheCorpusSize() {
    Corpus corpus = Planted.texts(folder, List.of("a", "b", "c"));
    List<Long> done = new ArrayList<>();
    Finder.find(
        Planted.request(List.of(), List.of("a b c"), List.of()),
        corpus,
        FindOptions.defaults(),
        done::add);
    assertThat(done).isSorted().last().isEqualTo(3L);
  }

  @Test
  void options_outOfRange_refused() {
    assertThatThrownBy(() -> new FindOptions(0.4, 6, 60))
        .hasMessage("near-duplicate threshold must be between 0.5 and 1, got 0.4");
    assertThatThrownBy(() -> new FindOptions(0.6, 2, 60)).isInstanceOf(InvalidRequest.class);
  }

  /**
   * Ann is on every page, so her name weighs next to nothing. Of her sentence Ben's has all but
   * name, trade and town: 9 of 11 aligned words and .71 of the weight, a near-copy. Where the
   * request has her name it is not: nobody of that name is in it.
   */
  @Test
  void record_ofANamedPerson_isNotFoundInTheSameSentenceOnAnother() {
    List<String> texts = new ArrayList<>();
    texts.add("Ann Lee's father worked as a rich baker near the harbour of Velgate.");
    texts.add("Ben Orr's father worked as a poor weaver near the harbour of Kestrin.");
    texts.add("Ann Lee's father laboured as a rich baker near the harbour of Velgate.");
    for (int i = 0; i < 20; i++) {
      texts.add("Ann Lee went to town " + i + ".");
    }
    Corpus corpus = Planted.texts(folder, texts);
    List<String> record = List.of(corpus.examples().get(0).id());
    assertThat(found(corpus, Planted.request(List.of(), List.of(), record)))
        .containsExactly(0, 1, 2);
    assertThat(found(corpus, Planted.request(List.of("Ann Lee"), List.of(), record)))
        .contains(0, 2)
        .doesNotContain(1);
  }

  private static Set<Integer> found(Corpus corpus, Request request) {
    Set<Integer> records = new TreeSet<>();
    for (Finding f : Planted.find(corpus, request)) {
      records.add(corpus.examples().indexOf(corpus.byId(f.exampleId()).orElseThrow()));
    }
    return records;
  }
}
