package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Cost;
import palimpsest.api.Decision;
import palimpsest.api.Example;
import palimpsest.api.Finding;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Objective;
import palimpsest.api.Place;
import palimpsest.api.Plan;
import palimpsest.api.Release;
import palimpsest.api.Remedy;
import palimpsest.api.ShardedLoss;
import palimpsest.api.Trace;
import palimpsest.discovery.Corpus;
import palimpsest.engine.Applying.Applied;
import palimpsest.methods.Tuning;
import palimpsest.methods.exact.Shards;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.llm.Trained;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.train.Pace;
import palimpsest.torch.train.Slicing;

/** 30 letters in three shards of ten, over a model of what others read. */
class ShardingTest {
  private static final int COUNT = 3;
  private static final Trained.LowRank LORA =
      new Trained.LowRank(4, 8, List.of("q_proj", "v_proj", "down_proj"));
  private static final Sharding.How HOW =
      new Sharding.How(
          Letters.BRIEF, new Slicing(2, 0, 0), LORA, PromptTemplate.Kind.PLAIN, 5, Keeping.of(2));

  @TempDir static Path home;

  @TempDir Path folder;

  private static Corpus letters;
  private static Path base;
  private static Path trained;

  @BeforeAll
  static void train() throws IOException {
    Letters.write(home);
    Corpus all = Letters.corpus(home);
    letters = all.only(Set.of("letters.jsonl"));
    Training before =
        new Training(
            home.resolve("base"), Letters.BRIEF, PromptTemplate.Kind.PLAIN, 5, Console.SILENT);
    before.fromScratch(
        all.only(Set.of("copies.jsonl", "reading.jsonl")),
        new Training.Shape(400, 32, 64, 1, 2, 1, 96));
    base = before.model();
    trained = home.resolve("trained");
    sharding(trained).train(letters, base);
  }

  private static Sharding sharding(Path out) {
    return new Sharding(out, HOW, COUNT, Sharding.Route.PLACE, Console.SILENT);
  }

  private Applied forget(Path from, String out, Shards method, List<String> records) {
    Decision decision =
        new Decision(Decision.Scope.LISTED, "a tester", "to see", records, List.of());
    return new Applying(
            from.resolve("model"),
            letters,
            decision,
            Letters.BRIEF,
            Tuning.USUAL,
            PromptTemplate.Kind.PLAIN,
            5,
            Console.SILENT)
        .apply(method, folder.resolve(out));
  }

  private static List<String> ids(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(i -> "letters.jsonl#" + i).toList();
  }

  private static String adapter(Path out, int shard) throws IOException {
    Path file = ShardSet.part(out, "0" + shard).resolve("adapter/adapter_model.safetensors");
    return Fingerprints.ofFile(file);
  }

  @Test
  void train_byPlace_putsNeighboursIntoOneShard() {
    ShardSet shards = ShardSet.beside(trained.resolve("model")).orElseThrow();
    assertThat(shards.parts()).extracting(ShardSet.Part::examples).containsExactly(10, 10, 10);
    assertThat(shards.unknownBase(letters)).isEmpty();
    assertThat(shards.weights()).isNotEqualTo(shards.digest());
    assertThat(trained.resolve("shards/00/model")).doesNotExist();
  }

  /** Record 17 is of the second shard's second slice: one slice of one shard is done again. */
  @Test
  void shards_oneRecord_makesItsShardAgainFromItsSlice() throws IOException {
    Applied done = forget(trained, "one", Shards.defaults(), ids(17, 17));

    Path one = folder.resolve("one");
    assertThat(adapter(one, 0)).isEqualTo(adapter(trained, 0));
    assertThat(adapter(one, 1)).isNotEqualTo(adapter(trained, 1));
    assertThat(adapter(one, 2)).isEqualTo(adapter(trained, 2));
    int slice = Letters.BRIEF.steps(5);
    assertThat(done.steps()).isEqualTo(slice);
    Applied scratch = forget(trained, "scratch", new Shards(0, 0), ids(17, 17));
    assertThat(scratch.steps()).isEqualTo(2 * slice);
    assertThat(scratch.after()).isEqualTo(done.after()).isNotEqualTo(done.before());
  }

  private Plan plan(Optional<Corpus> corpus, List<String> records) {
    return plan(trained.resolve("model"), corpus, records);
  }

  private Plan plan(Path model, Optional<Corpus> corpus, List<String> records) {
    List<Finding> findings =
        records.stream()
            .map(
                r ->
                    new Finding(
                        r,
                        Finding.Match.EXACT,
                        new Place("letters.jsonl", 1, 0, 1),
                        "prompt",
                        0,
                        1,
                        1.0,
                        "record:" + r,
                        "it"))
            .toList();
    return new Planning(
            Letters.request(0, Objective.BOTH, Release.HOSTED),
            model,
            findings,
            corpus,
            Letters.BRIEF)
        .plan(Decision.Scope.LISTED);
  }

  private static Remedy remedy(Plan plan, String method) {
    return plan.remedies().stream().filter(r -> r.method().equals(method)).findAny().orElseThrow();
  }

  @Test
  void plan_records_takesTheStepsThatAreTaken() {
    for (List<String> records : List.of(ids(17, 17), ids(9, 12), ids(1, 11), ids(20, 21))) {
      Remedy planned = remedy(plan(Optional.of(letters), records), "exact.shards");
      assertThat(forget(trained, "p" + records.get(0), Shards.defaults(), records).steps())
          .isEqualTo(planned.steps());
    }
  }

  /**
   * Merging took 7 s, a step of a shard's training 0.5 s, and 3 s lay around its steps but in the
   * first, which began the process; who holds what is told again. Of the five records of the slice
   * that is done again one is gone: its steps meet 4 of 5.
   */
  @Test
  void plan_oneRecord_tellsTheSecondsOfStepsAndOfMerging() throws IOException {
    Path model = folder.resolve("timed/model");
    Letters.copy(trained, folder.resolve("timed"));
    new MergePace(7).write(folder.resolve("timed"));
    for (int shard = 0; shard < COUNT; shard++) {
      Files.writeString(
          folder.resolve("timed/shards/0" + shard + "/run/pace.json"),
          "{\"around\":" + (shard == 0 ? 9 : 3) + ",\"seconds\":5.0,\"steps\":10}");
    }
    Remedy planned = remedy(plan(model, Optional.of(letters), ids(17, 17)), "exact.shards");
    assertThat(planned.cost().orElseThrow().seconds().orElseThrow())
        .isGreaterThan(10 + 0.4 * planned.steps());
    ShardPath path =
        ShardPath.of(model, Shards.defaults(), Optional.of(letters), Set.copyOf(ids(17, 17)));
    double told = path.holdings().orElseThrow().seconds();
    assertThat(path.without(Set.copyOf(ids(17, 17))).orElseThrow().cost().seconds().orElseThrow())
        .isCloseTo(10 + told + 0.4 * planned.steps(), within(1e-9));

    Pace slower = new Pace(2, 0, 1.5, 0, 0, OptionalDouble.empty(), 0); // 0.75 s a step
    Set<String> one = Set.copyOf(ids(17, 17));
    assertThat(path.at(slower).without(one).orElseThrow().cost().seconds().orElseThrow())
        .isCloseTo(1.5 * (10 + 0.4 * planned.steps()) + told, within(1e-9));

    Files.delete(folder.resolve("timed").resolve(MergePace.FILE));
    Remedy untold = remedy(plan(model, Optional.of(letters), ids(17, 17)), "exact.shards");
    assertThat(untold.cost().orElseThrow().seconds()).isEmpty();
  }

  @Test
  void plan_oneRecord_namesItsShardAndWhatDroppingItLoses() {
    Plan plan = plan(Optional.of(letters), ids(17, 17));
    Cost made = remedy(plan, "exact.shards").cost().orElseThrow();
    assertThat(made.from()).isEqualTo("shard 01 of 3");
    assertThat(made.seconds()).isPresent();
    Remedy dropped = remedy(plan, "exact.shards:drop=1");
    assertThat(dropped.steps()).isZero();
    assertThat(dropped.cost().orElseThrow().from())
        .isEqualTo("shard 01 of 3, left out with 9 other records");
    assertThat(plan.remedies())
        .extracting(Remedy::method)
        .startsWith("exact.shards", "exact.shards:drop=1");
    assertThat(plan.sharded().orElseThrow().records()).isEqualTo(30);
    assertThat(plan.routes().orElseThrow()).hasSize(1);
    assertThat(plan.routes().orElseThrow().get(0).method()).isEqualTo("exact.shards");
  }

  @Test
  void plan_withoutCorpus_saysAtMostAllOfAllShards() {
    Remedy blind = remedy(plan(Optional.empty(), ids(17, 17)), "exact.shards");
    assertThat(blind.cost().orElseThrow().atMost()).isTrue();
    assertThat(blind.steps()).isEqualTo(COUNT * 2 * Letters.BRIEF.steps(5));
  }

  @Test
  void shards_oneAfterTheOther_equalBothAtOnce() {
    forget(trained, "first", Shards.defaults(), ids(17, 17));
    Applied second =
        forget(folder.resolve("first"), "second", Shards.defaults(), List.of("letters.jsonl#2"));
    Applied once =
        forget(trained, "once", Shards.defaults(), List.of("letters.jsonl#2", "letters.jsonl#17"));

    assertThat(second.after()).isEqualTo(once.after());
  }

  /** A shard of which nothing is left, and one that is dropped, leave the mean of the others. */
  @Test
  void shards_wholeShardOrDropped_leaveTheOthers() throws IOException {
    Applied whole = forget(trained, "whole", Shards.defaults(), ids(11, 20));
    Applied dropped = forget(trained, "dropped", new Shards(1, 1), ids(14, 14));

    assertThat(whole.steps()).isZero();
    assertThat(dropped.after()).isEqualTo(whole.after());
    ShardSet left = ShardSet.beside(folder.resolve("whole/model")).orElseThrow();
    assertThat(left.parts()).extracting(ShardSet.Part::name).containsExactly("00", "02");
    assertThat(folder.resolve("whole/shards/01")).doesNotExist();
  }

  @Test
  void shards_recordThatNoneHeld_isRefused() {
    forget(trained, "first", Shards.defaults(), ids(17, 17));
    assertThatThrownBy(
            () -> forget(folder.resolve("first"), "again", Shards.defaults(), ids(17, 17)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("letters.jsonl#17 is in no shard");
  }

  /** The others are over it too: only the dossier can say that it had met the record. */
  @Test
  void shards_overACheckpointThatMetTheRecord_leaveItAsItIs() {
    Training met =
        new Training(
            folder.resolve("met"), Letters.BRIEF, PromptTemplate.Kind.PLAIN, 5, Console.SILENT);
    met.fromScratch(letters, new Training.Shape(400, 32, 64, 1, 2, 1, 96));
    Path over = folder.resolve("over");
    sharding(over).train(letters, met.model());

    Applied done = forget(over, "one", Shards.defaults(), ids(17, 17));
    assertThat(done.steps()).isEqualTo(Letters.BRIEF.steps(5));
    assertThat(folder.resolve("one/shards/01/before")).doesNotExist();
    assertThat(ShardSet.beside(over.resolve("model")).orElseThrow().unknownBase(letters))
        .isPresent();
  }

  /** The second shard stays as it is: it has the numbers of the other library. */
  @Test
  void shards_ofWhichOneThatStaysWasTrainedElsewhere_saySo() throws IOException {
    Path owner = folder.resolve("owner");
    Letters.copy(trained, owner);
    Forger forger = new Forger(owner.resolve("shards/02"));
    List<String> lines = forger.ledger();
    lines.set(0, lines.get(0).replaceFirst("\"blas\":\"[^\"]*\"", "\"blas\":\"another\""));
    forger.write(lines);

    assertThat(forget(owner, "one", Shards.defaults(), ids(17, 17)).elsewhere().orElseThrow())
        .singleElement()
        .asString()
        .startsWith("blas: then another");
  }

  /** Its checkpoint may have met what the one that it is merged into has not. */
  @Test
  void shards_ofWhichOneIsOfAnotherCheckpoint_areRefused() throws IOException {
    Path owner = folder.resolve("owner");
    Letters.copy(trained, owner);
    Path manifest = owner.resolve("shards/01/adapter/palimpsest.json");
    String base = ShardSet.beside(trained.resolve("model")).orElseThrow().digest();
    Files.writeString(manifest, Files.readString(manifest).replace(base, "0".repeat(64)));

    assertThatThrownBy(() -> forget(owner, "one", Shards.defaults(), ids(17, 17)))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("was trained over another checkpoint");
  }

  @Test
  void unknownBase_whoseTableIsAnother_isUnknown() throws IOException {
    Path copy = folder.resolve("base");
    Letters.copy(base.resolveSibling(""), copy);
    ShardSet set = ShardSet.beside(trained.resolve("model")).orElseThrow();
    ShardSet over =
        new ShardSet(
            set.format(),
            copy.resolve("model").toString(),
            set.digest(),
            set.template(),
            set.adapter(),
            set.corpus(),
            set.without(),
            set.parts(),
            set.weights(),
            set.loss());
    assertThat(over.unknownBase(letters)).isEmpty();
    Path table = copy.resolve("run/examples.hmac");
    List<String> rows = Files.readAllLines(table);
    Files.write(table, rows.subList(0, rows.size() - 1));
    assertThat(over.unknownBase(letters)).isPresent();
  }

  /** A request that was stopped before its end comes to the same. */
  @Test
  void shards_begunBefore_goOn() throws IOException {
    Applied done = forget(trained, "one", Shards.defaults(), ids(17, 17));
    Path one = folder.resolve("one");
    Files.delete(one.resolve("applied.json"));
    Files.delete(one.resolve(ShardSet.FILE));
    Outputs.delete(one.resolve("shards/01/adapter"));
    assertThat(forget(trained, "one", Shards.defaults(), ids(17, 17)).after())
        .isEqualTo(done.after());
  }

  @Test
  void route_byHash_putsCopiesTogetherAndUsesAllShards() {
    Stream<Integer> of =
        letters.examples().stream()
            .map(e -> Sharding.Route.HASH.shard(e, 7, 30, COUNT))
            .distinct()
            .sorted();
    assertThat(of).containsExactly(0, 1, 2);
    assertThat(Sharding.Route.HASH.shard(letters.examples().get(3), 3, 30, COUNT))
        .isEqualTo(Sharding.Route.HASH.shard(letters.examples().get(3), 29, 31, COUNT));
  }

  @Test
  void route_byFile_keepsTheRecordsOfAFileTogether() {
    List<Integer> of =
        letters.examples().stream().map(e -> Sharding.Route.FILE.shard(e, 7, 30, 50)).toList();
    assertThat(Set.copyOf(of)).hasSize(1);
    assertThat(Set.of("a#1", "b#1", "c#1", "d#1", "e#1", "f#1"))
        .extracting(id -> Sharding.Route.FILE.shard(called(id), 0, 6, 50))
        .doesNotHaveDuplicates();
  }

  private static Example called(String id) {
    Example any = letters.examples().get(0);
    return new Example(id, any.place(), any.prompt(), any.completion(), any.probe());
  }

  /** All 30 are in the sample; what is a model's own is asked of the model that was written. */
  @Test
  void train_loss_isThatOfTheModels() {
    ShardedLoss loss = ShardSet.beside(trained.resolve("model")).orElseThrow().loss().orElseThrow();
    assertThat(loss.records()).isEqualTo(30);
    assertThat(loss.merged()).isCloseTo(loss(trained.resolve("model")), within(1e-5));
    assertThat(loss.base()).isCloseTo(loss(base), within(1e-5));
    assertThat(loss.own()).isLessThan(loss.base()).isNotEqualTo(loss.merged());
  }

  private static double loss(Path model) {
    try (TextModel text = TextModel.read(model, PromptTemplate.Kind.PLAIN)) {
      List<Trace> traces = text.trace(letters.examples());
      return -traces.stream().mapToDouble(Trace::sumLogProb).sum()
          / traces.stream().mapToInt(Trace::length).sum();
    }
  }

  /** Of three shards 66 each; the 500 records of one evenly, the one of another. */
  @Test
  void sample_isEvenOverShards() {
    Example any = letters.examples().get(0);
    List<Example> many = IntStream.range(0, 500).mapToObj(i -> called("m#" + i)).toList();
    ShardSample sample =
        ShardSample.of(Map.of("00", many, "01", List.of(any), "02", List.<Example>of()));
    assertThat(sample.byShard().get("00")).hasSize(66).startsWith(many.get(0), many.get(7));
    assertThat(sample.byShard().get("01")).containsExactly(any);
    assertThat(sample.byShard().get("02")).isEmpty();
  }

  /** Neither the merged model's nor the checkpoint's, and another set has another digest. */
  @Test
  void together_averagesTheLogitsOfAllShards() {
    Path model = trained.resolve("model");
    ShardSet shards = ShardSet.beside(model).orElseThrow();
    List<Example> some = letters.examples().subList(0, 3);
    try (ShardSet.Together together = new ShardSet.Together(model, shards);
        TextModel merged = TextModel.read(model, PromptTemplate.Kind.PLAIN);
        TextModel alone = TextModel.read(base, PromptTemplate.Kind.PLAIN)) {
      List<Trace> averaged = together.model().trace(some);
      assertThat(averaged).hasSize(3);
      assertThat(averaged).isNotEqualTo(merged.trace(some)).isNotEqualTo(alone.trace(some));
    }
    assertThat(shards.digestOfAll())
        .isNotEqualTo(shards.digest())
        .isNotEqualTo(shards.without(List.of(), shards.parts().subList(1, 3)).digestOfAll());
  }
}
