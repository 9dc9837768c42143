package palimpsest.engine.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Evidence;
import palimpsest.api.Example;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.api.Split;
import palimpsest.discovery.Corpus;
import palimpsest.engine.Console;
import palimpsest.engine.EvidenceFile;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.Training;
import palimpsest.metrics.BuiltInMetrics;
import palimpsest.metrics.meta.MetaEvaluation.Sense;

/** Models of some thousand parameters, whole, interrupted and judged. */
class MetaBenchTest {
  private static final List<String> SPECS = List.of("llm.ga:lr=1e-3", "llm.ga:lr=1e6,clip=0");

  @TempDir static Path home;
  private static Path whole;

  @TempDir Path folder;

  @BeforeAll
  static void runOnce() throws IOException {
    whole = home.resolve("whole");
    bench(whole, 2, Console.SILENT).run();
  }

  private static MetaSettings settings(int seeds, double floor) {
    return new MetaSettings(
        new Training.Shape(300, 16, 32, 1, 2, 1, 64),
        new Recipe(20, 4, 4, 2e-2, 2, Recipe.Decay.COSINE, 0.01, 1, 3),
        seeds,
        1,
        SPECS,
        new Recipe(2, 4, 4, 1e-3, 0, Recipe.Decay.CONSTANT, 0.01, 1, 3),
        floor,
        1e-3,
        8);
  }

  private static MetaBench bench(Path out, int seeds, Console console) throws IOException {
    return new MetaBench(knowledge(), settings(seeds, 0), out, console);
  }

  /** Twenty questions, of which four are the part, and four about others. */
  private static Knowledge knowledge() throws IOException {
    Path data = home.resolve("data");
    Files.createDirectories(data);
    Corpus corpus = Corpus.read(List.of(lines(data.resolve("a.jsonl"), 0, 20)));
    List<String> part = corpus.examples().stream().limit(4).map(Example::id).toList();
    Map<Split, List<Example>> given = new HashMap<>();
    given.put(
        Split.HOLDOUT, Corpus.read(List.of(lines(data.resolve("b.jsonl"), 20, 24))).examples());
    return Knowledge.of(corpus, part, given, 6);
  }

  private static Path lines(Path file, int from, int to) throws IOException {
    return Files.write(
        file,
        IntStream.range(from, to)
            .mapToObj(
                i ->
                    String.format(
                        Locale.ROOT,
                        "{\"question\":\"Year of %d?\",\"answer\":\"In %d.\",\"paraphrased_answer\":"
                            + "\"In %d.\",\"perturbed_answer\":[\"In %d.\",\"In %d.\"]}",
                        i,
                        17 * i,
                        17 * i,
                        13 * i + 1,
                        19 * i + 2))
            .toList());
  }

  private static MetaTable.Found found(Path out) {
    return JsonFiles.read(out.resolve("table.json"), MetaTable.Found.class);
  }

  private static Scored.Row row(Path out, String metric) {
    return found(out).rows().stream()
        .filter(r -> r.metric().equals(metric))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void run_whole_leavesEvidenceOfEveryModelThatCounts() throws IOException {
    try (Stream<Path> files = Files.list(whole.resolve("evidence"))) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "with-1.json",
              "with-2.json",
              "without-1.json",
              "without-2.json",
              "without-1+relearned.json",
              "llm.ga-1.json",
              "llm.ga-1+relearned.json",
              "llm.ga-1+quantized.json");
    }
    assertThat(found(whole).leftOut()).containsOnlyKeys("llm.ga~2-1");
    assertThat(found(whole).utility()).containsOnlyKeys("llm.ga-1");
  }

  @Test
  void table_hasEveryMetricWithScoresOrTheReason() throws IOException {
    List<Scored.Row> rows = found(whole).rows();

    assertThat(rows)
        .extracting(Scored.Row::metric)
        .containsExactlyElementsOf(BuiltInMetrics.all().stream().map(m -> m.id()).toList());
    String table = Files.readString(whole.resolve("table.md"));
    assertThat(rows).allMatch(r -> table.contains(r.metric()));
    assertThat(table).contains("steps of 1/8", "means over 1 unlearned", "left out: ");
    assertThat(table.split("How to read this", -1)).hasSize(2);
    assertThat(Files.readAllLines(whole.resolve("table.csv"))).hasSize(1 + rows.size());
    assertThat(reason(row(whole, "utility.model-utility"))).contains("what was to be kept");
    assertThat(reason(row(whole, "lume.knowledge"))).contains("of with-1: ");
  }

  private static String reason(Scored.Row row) {
    return row.faithfulness().fold(m -> "", n -> n.reason());
  }

  /** Two models know four answers by heart that two never saw: all four pairs are told apart. */
  @Test
  void faithfulness_ofProbability_isTheShareOfPairsInOrder() {
    Scored.Row row = row(whole, "forgetting.probability");
    double right = 0;
    for (String with : List.of("with-1", "with-2")) {
      for (String without : List.of("without-1", "without-2")) {
        right += probability(with) > probability(without) ? 0.25 : 0;
      }
    }

    assertThat(row.knowledge()).contains(Sense.GROWS);
    assertThat(row.faithfulness().<Double>fold(m -> m.value(), n -> -1.0)).isEqualTo(right);
    assertThat(right).isEqualTo(1);
  }

  /** R by hand from the mean values, which with one unlearned model are its values. */
  @Test
  void relearning_ofProbability_isTheQuotientOfRises() {
    double retrained = probability("without-1+relearned") - probability("without-1");
    double unlearned = probability("llm.ga-1+relearned") - probability("llm.ga-1");
    double expected = unlearned <= retrained ? 1 : Math.max(0, retrained) / unlearned;

    assertThat(
            row(whole, "forgetting.probability")
                .relearning()
                .<Double>fold(m -> m.value(), n -> -1.0))
        .isCloseTo(expected, within(1e-12));
  }

  /** Mean over the part of the length-normalised probability. */
  private static double probability(String model) {
    Evidence evidence = EvidenceFile.read(whole.resolve("evidence/" + model + ".json"));
    return evidence.of(Split.FORGET).stream()
        .mapToDouble(i -> Math.exp(i.answer().meanLogProb()))
        .average()
        .orElseThrow();
  }

  @Test
  void quantization_ofSignedPercentages_isNotMeasured() {
    Scored.Row row = row(whole, "privacy.relative-difference");

    assertThat(row.quantization().<String>fold(m -> "", n -> n.reason())).contains("no ratio");
    assertThat(row(whole, "privacy.privacy-leakage").knowledge()).contains(Sense.FALLS);
    assertThat(row(whole, "forgetting.truth-ratio").knowledge()).contains(Sense.FALLS);
  }

  /** Asks to stop after so many questions whether to. */
  private record Stopping(AtomicInteger asked, int most) implements Console {
    @Override
    public void say(String line) {}

    @Override
    public Bar bar(String task, long total) {
      return (done, note) -> {};
    }

    @Override
    public boolean interrupted() {
      return asked.incrementAndGet() > most;
    }
  }

  @Test
  void run_interruptedManyTimes_endsInTheSameTable() throws IOException {
    Path out = folder.resolve("out");
    int stops = 0;
    boolean done = false;
    while (!done) {
      try {
        bench(out, 2, new Stopping(new AtomicInteger(), 60)).run();
        done = true;
      } catch (Interrupted e) {
        assertThat(++stops).isLessThan(50);
      }
    }
    assertThat(stops).isGreaterThan(3);
    for (String name : List.of("table.md", "table.csv", "table.json")) {
      assertThat(out.resolve(name)).hasSameTextualContentAs(whole.resolve(name));
    }
  }

  @Test
  void run_withMoreSeeds_keepsWhatIsThere() throws IOException {
    Path out = folder.resolve("out");
    copy(whole, out);
    Path kept = out.resolve("evidence/with-1.json");
    byte[] before = Files.readAllBytes(kept);
    long modified = kept.toFile().lastModified();
    bench(out, 3, Console.SILENT).run();

    assertThat(Files.readAllBytes(kept)).isEqualTo(before);
    assertThat(kept.toFile().lastModified()).isEqualTo(modified);
    assertThat(found(out).seeds()).isEqualTo(3);
    assertThat(Files.readString(out.resolve("table.md"))).contains("steps of 1/18");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path there = to.resolve(from.relativize(file).toString());
        Files.createDirectories(there.getParent());
        Files.copy(file, there);
      }
    }
  }

  @Test
  void run_inAnotherFolderOrOnOtherSettings_isRefused() throws IOException {
    Path mine = Files.createDirectories(folder.resolve("mine"));
    Files.writeString(mine.resolve("thesis.txt"), "ten years");
    assertThatThrownBy(() -> bench(mine, 2, Console.SILENT).run())
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("not empty and not of this benchmark");

    MetaBench other = new MetaBench(knowledge(), settings(2, 0.5), whole, Console.SILENT);
    assertThatThrownBy(other::run)
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("give another --out");
  }

  @Test
  void run_evidenceThatIsNone_isCorrupt() throws IOException {
    Path out = folder.resolve("out");
    copy(whole, out);
    Files.write(
        out.resolve("evidence/without-2.json"), "no evidence".getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> bench(out, 2, Console.SILENT).run())
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("without-2.json");
  }

  @Test
  void settings_thatCannotBeMeant_areRefused() {
    assertThatThrownBy(() -> settings(1, 0)).hasMessageContaining("seeds must be at least 2");
    MetaSettings two = settings(2, 0);
    assertThatThrownBy(() -> two.with(List.of("exact.retrain"), 0, 1e-4))
        .hasMessageContaining("makes no unlearned model");
    assertThatThrownBy(() -> two.with(List.of("llm.ga:seed=3"), 0, 1e-4))
        .hasMessageContaining("seeds are those of the models");
    assertThat(two.with(List.of("llm.ga", "llm.ga:lr=1"), 0, 1e-4).plan())
        .extracting(MetaSettings.Unlearned::name)
        .containsExactly("llm.ga-1", "llm.ga~2-1");
  }

  /** 36 questions about three authors, none of whom is spoken of elsewhere in what is trained. */
  @Test
  void world_partIsThreeAuthors_andNoTextRetellsThem() {
    Knowledge world = Knowledge.world(folder.resolve("world"), 7);

    assertThat(world.part()).hasSize(36);
    assertThat(world.suite().of(Split.RETAIN)).hasSize(40);
    assertThat(world.corpus().examples()).noneMatch(e -> e.prompt().isEmpty());
    assertThat(world.fingerprint())
        .isEqualTo(Knowledge.world(folder.resolve("world"), 7).fingerprint());
  }
}
