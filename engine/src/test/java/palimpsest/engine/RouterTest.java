package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.Cost;
import palimpsest.api.Decision;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Objective;
import palimpsest.api.Plan;
import palimpsest.api.Release;
import palimpsest.api.Remedy;
import palimpsest.api.Route;
import palimpsest.discovery.Corpus;
import palimpsest.methods.Tuning;
import palimpsest.methods.exact.Replay;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.train.Pace;

/** What a plan says of exact paths, held to what they then take. */
class RouterTest {
  private static final int KEEP = 6;
  private static final List<String> ONE = List.of("letters.jsonl#1", "letters.jsonl#2");

  @TempDir Path folder;

  private Corpus corpus;
  private Path trained;

  /** The last reading stands there twice. */
  @BeforeEach
  void train() throws IOException {
    Letters.write(folder);
    Path reading = folder.resolve("reading.jsonl");
    List<String> lines = Files.readAllLines(reading);
    Files.writeString(reading, lines.get(95) + "\n", StandardOpenOption.APPEND);
    corpus = Letters.corpus(folder);
    trained = folder.resolve("trained");
    training(trained).fromScratch(corpus, Letters.SMALL);
  }

  private static Training training(Path out) {
    return new Training(
        out, Letters.BRIEF, PromptTemplate.Kind.PLAIN, 5, Keeping.of(KEEP), Console.SILENT);
  }

  private static Plan plan(Path run, Optional<Corpus> corpus, List<String> records) {
    Path model = run.resolve("model");
    Manifest manifest = Manifest.beside(model).orElseThrow();
    return new Planner(
            Letters.request(0, Objective.BOTH, Release.HOSTED),
            Optional.of(manifest),
            Replaying.isPossible(model),
            Resharding.isPossible(model),
            Letters.BRIEF,
            records.size(),
            manifest.examples(),
            Optional.of(new Router(model, corpus, new TreeSet<>(records))))
        .plan(BuiltInMethods.all());
  }

  private Plan plan(Path run, List<String> records) {
    return plan(run, Optional.of(corpus), records);
  }

  private static Remedy remedy(Plan plan, String method) {
    return plan.remedies().stream()
        .filter(r -> r.method().equals(method))
        .findFirst()
        .orElseThrow();
  }

  private static Cost cost(Plan plan, String method) {
    return remedy(plan, method).cost().orElseThrow();
  }

  private Applying.Applied replay(Path run, String out, List<String> records) {
    Decision decision =
        new Decision(Decision.Scope.LISTED, "a tester", "to see", records, List.of());
    return new Applying(
            run.resolve("model"),
            corpus,
            decision,
            Letters.BRIEF,
            Tuning.USUAL,
            PromptTemplate.Kind.PLAIN,
            5,
            Console.SILENT)
        .apply(Replay.defaults(), folder.resolve(out));
  }

  /** Of a replay of a replay too, and of one and both of two equal records. */
  @Test
  void stepsOfReplays_planned_areThoseThatAreTaken() {
    int n = 0;
    for (List<String> records :
        List.of(
            ONE,
            List.of("letters.jsonl#4"),
            List.of("copies.jsonl#3", "reading.jsonl#70"),
            List.of("reading.jsonl#96"),
            List.of("reading.jsonl#97"),
            List.of("reading.jsonl#96", "reading.jsonl#97"))) {
      int planned = remedy(plan(trained, records), "exact.replay").steps();
      assertThat(replay(trained, "replay" + n++, records).steps())
          .as(records.toString())
          .isEqualTo(planned);
    }
    Path first = folder.resolve("replay0");
    int planned = remedy(plan(first, List.of("reading.jsonl#5")), "exact.replay").steps();
    assertThat(replay(first, "again", List.of("reading.jsonl#5")).steps()).isEqualTo(planned);
  }

  /** The letter was met by the training before, the reading by the model's own. */
  @Test
  void stepsAlongAChain_planned_areThoseThatAreTaken() {
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    Corpus others = corpus.only(Set.of("copies.jsonl", "reading.jsonl"));
    training(one)
        .fromScratch(
            corpus.only(Set.of("letters.jsonl")), new Training.Shape(400, 32, 64, 1, 2, 1, 96));
    training(two).fromCheckpoint(others, others.examples(), one.resolve("model"));
    List<String> reading = List.of("reading.jsonl#40");

    Plan letter = plan(two, ONE);
    int own = Manifest.beside(two.resolve("model")).orElseThrow().steps(107);
    assertThat(remedy(letter, "exact.replay").steps())
        .isGreaterThan(own)
        .isEqualTo(replay(two, "letter", ONE).steps());
    assertThat(letter.refused()).extracting("method").contains("exact.retrain");
    assertThat(cost(letter, "exact.replay").from()).endsWith("of the training before");
    Plan late = plan(two, reading);
    assertThat(remedy(late, "exact.replay").steps())
        .isLessThanOrEqualTo(own)
        .isEqualTo(replay(two, "reading", reading).steps());
    assertThat(late.refused()).extracting("method").doesNotContain("exact.retrain");
  }

  /** 3 epochs of 137 records by 8 are 54 steps; of 135, 51. */
  @Test
  void plan_withFindingsAlone_saysAtMostTheWholeRun() {
    Plan plan = plan(trained, Optional.empty(), ONE);

    assertThat(remedy(plan, "exact.replay").steps()).isEqualTo(54);
    assertThat(cost(plan, "exact.replay").atMost()).isTrue();
    assertThat(remedy(plan, "exact.retrain").steps()).isEqualTo(51);
    assertThat(cost(plan, "exact.retrain").atMost()).isFalse();
  }

  /** Half a second a step, whatever else it was. */
  private static void paceOf(Path training) {
    try {
      Files.writeString(training.resolve("run/pace.json"), "{\"seconds\":5.0,\"steps\":10}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What every record costs alone; together they cost what the dearest does. */
  @Test
  void routes_ofAllLetters_areTheCheapestOfEach_andTheirEarliestIsTheReplayOfAll() {
    List<String> letters =
        corpus.only(Set.of("letters.jsonl")).examples().stream().map(e -> e.id()).toList();
    paceOf(trained);
    Plan plan = plan(trained, letters);
    List<Route> routes = plan.routes().orElseThrow();

    assertThat(routes.stream().flatMap(r -> r.records().stream()))
        .containsExactlyInAnyOrderElementsOf(letters);
    assertThat(routes).hasSizeGreaterThan(2).extracting(Route::steps).isSorted();
    for (Route route : List.of(routes.get(0), routes.get(1))) {
      assertThat(route.method()).isEqualTo("exact.replay");
      List<String> one = route.records().subList(0, 1);
      assertThat(remedy(plan(trained, one), "exact.replay").steps()).isEqualTo(route.steps());
      assertThat(plan(trained, one).remedies().get(0).method()).isEqualTo("exact.replay");
    }
    int longest =
        letters.stream()
            .mapToInt(l -> remedy(plan(trained, List.of(l)), "exact.replay").steps())
            .max()
            .orElseThrow();
    assertThat(remedy(plan, "exact.replay").steps()).isEqualTo(longest);
  }

  @Test
  void routes_ofRecordsThatWereLeftOutBefore_areNone() {
    replay(trained, "first", ONE);
    Plan plan = plan(folder.resolve("first"), List.of("letters.jsonl#1", "letters.jsonl#4"));

    assertThat(plan.routes().orElseThrow())
        .singleElement()
        .satisfies(r -> assertThat(r.records()).containsExactly("letters.jsonl#4"));
  }

  /** What lies in the folders afterwards is within what was said, and the time is its pace. */
  @Test
  void cost_ofAReplay_boundsWhatItWritesAndTellsWhatIsStored() throws IOException {
    Cost cost = cost(plan(trained, ONE), "exact.replay");
    replay(trained, "first", ONE);

    long stored = 0;
    for (Path file : Letters.files(trained.resolve("run"))) {
      stored += file.getFileName().toString().startsWith("step-") ? Files.size(file) : 0;
    }
    assertThat(cost.stored()).isEqualTo(stored).isPositive();
    long written = 0;
    for (Path file : Letters.files(folder.resolve("first"))) {
      written += file.toString().matches(".*\\.(safetensors|packed)") ? Files.size(file) : 0;
    }
    assertThat(written).isBetween(cost.disk() / 3, cost.disk());
    assertThat(cost.seconds().orElseThrow()).isPositive();
    Pace pace = Pace.of(trained.resolve("run")).orElseThrow();
    assertThat(pace.around()).isPositive();
    assertThat(pace.met()).isPositive();
    Files.delete(trained.resolve("run/pace.json"));
    assertThat(cost(plan(trained, ONE), "exact.replay").seconds()).isEmpty();
  }

  @Test
  void plan_whereAReplayCouldNotBeDone_refusesItWithTheReason() throws IOException {
    Path ledger = trained.resolve("run/ledger.jsonl");
    List<String> lines = Files.readAllLines(ledger);
    Files.write(ledger, lines.subList(0, lines.size() - 1));
    assertRefused("are not of one training");
    Files.write(ledger, lines);
    Files.delete(trained.resolve("run/examples.key"));
    assertRefused("cannot be told apart");
    assertThatThrownBy(() -> replay(trained, "first", ONE)).isInstanceOf(InvalidRequest.class);
  }

  private void assertRefused(String why) {
    Plan plan = plan(trained, ONE);
    assertThat(plan.refused())
        .filteredOn(r -> r.method().equals("exact.replay"))
        .singleElement()
        .satisfies(r -> assertThat(r.reason()).contains(why));
    assertThat(plan.remedies().get(0).method()).isEqualTo("exact.retrain");
  }
}
