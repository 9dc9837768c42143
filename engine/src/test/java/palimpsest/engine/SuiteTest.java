package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.Decision;
import palimpsest.api.Example;
import palimpsest.api.Finding;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Split;
import palimpsest.discovery.Corpus;

class SuiteTest {
  @TempDir Path folder;

  private Corpus corpus;

  @BeforeEach
  void write() throws IOException {
    Letters.write(folder);
    corpus = Letters.corpus(folder);
  }

  private static Decision decision(List<String> examples, List<String> leftOut) {
    return new Decision(Decision.Scope.LISTED, "a tester", "to see", examples, leftOut);
  }

  private static List<String> ids(Suite suite, Split split) {
    return suite.of(split).stream().map(Example::id).toList();
  }

  /** 30 letters, 2 to forget, 1 found and left, 1 gone before: 26 to keep. */
  @Test
  void of_decision_asksWhatIsForgottenAndWhatIsUntouched() {
    Decision decision =
        decision(List.of("letters.jsonl#1", "letters.jsonl#2"), List.of("letters.jsonl#3"));
    Suite suite = Suite.of(corpus, decision, Map.of(), List.of("letters.jsonl#4"), 100);
    assertThat(ids(suite, Split.FORGET)).containsExactly("letters.jsonl#1", "letters.jsonl#2");
    assertThat(ids(suite, Split.RETAIN))
        .hasSize(26)
        .allMatch(id -> id.startsWith("letters.jsonl#")) // the others have no wrong answers
        .doesNotContain("letters.jsonl#3", "letters.jsonl#4");
    assertThat(suite.of(Split.HOLDOUT)).isEmpty();
  }

  /** A question without wrong answers is asked too; the others are then of all kinds. */
  @Test
  void of_questionWithoutWrongAnswers_isAskedBesideTheOthers() {
    Decision decision = decision(List.of("letters.jsonl#1", "copies.jsonl#1"), List.of());
    Suite suite = Suite.of(corpus, decision, Map.of(), List.of(), 1000);
    assertThat(ids(suite, Split.FORGET)).containsExactly("letters.jsonl#1", "copies.jsonl#1");
    assertThat(suite.unasked()).isEmpty();
    assertThat(ids(suite, Split.RETAIN)).hasSize(corpus.examples().size() - 2);
  }

  @Test
  void of_passageAmongQuestions_isNamedAsNotAsked() throws IOException {
    Path file = Files.writeString(folder.resolve("more.jsonl"), MIXED);
    Corpus mixed = Corpus.read(List.of(file));
    Decision both = decision(List.of("more.jsonl#1", "more.jsonl#2"), List.of());
    Suite suite = Suite.of(mixed, both, Map.of(), List.of(), 10);
    assertThat(ids(suite, Split.FORGET)).containsExactly("more.jsonl#1");
    assertThat(suite.unasked()).containsExactly("more.jsonl#2");
    Decision passage = decision(List.of("more.jsonl#2"), List.of());
    Suite alone = Suite.of(mixed, passage, Map.of(), List.of(), 10);
    assertThat(ids(alone, Split.FORGET)).containsExactly("more.jsonl#2");
    assertThat(alone.unasked()).isEmpty();
  }

  private static final String MIXED =
      """
      {"prompt": "Who?", "completion": "Ada."}
      {"text": "Ada wrote it."}
      {"prompt": "When?", "completion": "In May."}
      """;

  @Test
  void of_fewWanted_choosesTheSameOnesInCorpusOrder() {
    Decision decision = decision(List.of("letters.jsonl#1"), List.of());
    Suite suite = Suite.of(corpus, decision, Map.of(), List.of(), 5);
    List<String> order = corpus.examples().stream().map(Example::id).toList();
    assertThat(ids(suite, Split.RETAIN))
        .hasSize(5)
        .isEqualTo(ids(Suite.of(corpus, decision, Map.of(), List.of(), 5), Split.RETAIN))
        .isSortedAccordingTo((a, b) -> order.indexOf(a) - order.indexOf(b));
  }

  @Test
  void of_givenSplits_areTakenAsTheyAreAndNotAskedTwice() {
    List<Example> given = corpus.select("letters.jsonl#10-12");
    Suite suite =
        Suite.of(
            corpus,
            decision(List.of("letters.jsonl#1"), List.of()),
            Map.of(Split.REAL_AUTHORS, given),
            List.of(),
            100);
    assertThat(suite.of(Split.REAL_AUTHORS)).isEqualTo(given);
    assertThat(ids(suite, Split.RETAIN)).hasSize(26).doesNotContain("letters.jsonl#11");
  }

  /** Lines 1 and 2 say the same, and only one is to be forgotten: the other is not what is kept. */
  @Test
  void of_recordThatIsThereTwice_isNotAskedAsKept() throws IOException {
    Path file = Files.writeString(folder.resolve("twice.jsonl"), TWICE);
    Suite suite =
        Suite.of(
            Corpus.read(List.of(file)),
            decision(List.of("twice.jsonl#1"), List.of()),
            Map.of(),
            List.of(),
            10);
    assertThat(ids(suite, Split.RETAIN)).containsExactly("twice.jsonl#3");
  }

  private static final String TWICE =
      """
      {"prompt": "Who?", "completion": "Ada."}
      {"prompt": "Who?", "completion": "Ada."}
      {"prompt": "When?", "completion": "In May."}
      """;

  @Test
  void of_givenSplitWithWhatIsToBeForgotten_isRefusedNamingIt() {
    Map<Split, List<Example>> given = Map.of(Split.HOLDOUT, corpus.select("letters.jsonl#1-2"));
    Decision decision = decision(List.of("letters.jsonl#2"), List.of());
    assertThatThrownBy(() -> Suite.of(corpus, decision, given, List.of(), 10))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("letters.jsonl#2 of the split")
        .hasMessageEndingWith("take it out");
  }

  private Finding finding(String id, Finding.Match match, String target) {
    Example e = corpus.byId(id).orElseThrow();
    return new Finding(id, match, e.place(), "completion", 0, 1, 1, target, "x");
  }

  /** The target's record ends like the id of the one found, but is another. */
  @Test
  void decide_listed_isOnlyTheRecordOfThatVeryId() {
    List<Finding> findings =
        List.of(
            finding("letters.jsonl#1", Finding.Match.EXACT, "record:letters.jsonl#1"),
            finding("letters.jsonl#2", Finding.Match.EXACT, "record:old:letters.jsonl#2"),
            finding("letters.jsonl#3", Finding.Match.NEAR_DUPLICATE, "record:letters.jsonl#1"));
    Decision listed = Deciding.decide(Decision.Scope.LISTED, "b", "r", findings, corpus);
    assertThat(listed.examples()).containsExactly("letters.jsonl#1");
    assertThat(listed.leftOut()).containsExactly("letters.jsonl#2", "letters.jsonl#3");
    assertThat(Deciding.decide(Decision.Scope.EXACT, "b", "r", findings, corpus).leftOut())
        .containsExactly("letters.jsonl#3");
    assertThat(Deciding.decide(Decision.Scope.FOUND, "b", "r", findings, corpus).leftOut())
        .isEmpty();
    assertThatThrownBy(
            () -> Deciding.decide(Decision.Scope.LISTED, "b", "r", findings.subList(2, 3), corpus))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("1 were found");
  }
}
