package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import palimpsest.api.Check;
import palimpsest.api.Evidence;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.api.Score;
import palimpsest.api.Split;
import palimpsest.discovery.Corpus;
import palimpsest.methods.exact.Replay;
import palimpsest.methods.exact.Shards;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.train.FinishedRun;
import palimpsest.torch.train.Pace;

/**
 * What forgetting each of TOFU's authors exactly costs under one policy: by the cost model for all
 * of them, measured for some that span the costs, and the utility of the model so trained.
 *
 * <pre>
 * OUT/tofu.jsonl          full.json, its authors in an order drawn by a seed
 * OUT/base/               of shards, unless one is given: a model of an invented world
 * OUT/POLICY/trained/     as palimpsest train leaves it
 * OUT/POLICY/measured/    author-NNN.json: what a replay without one author took
 * OUT/POLICY/found.json   all that was found
 * </pre>
 *
 * @param data folder of TOFU's files
 * @param settings of models and measurements
 */
public record ExactBench(Path data, Path out, Settings settings, Console console) {
  private static final int TOKENS = 64;

  /** The mean of 16 models' logits takes 16 times as long: so it is asked every tenth question. */
  private static final int AVERAGED_EACH = 10;

  private static final String CORPUS = "tofu.jsonl";

  static final String AVERAGED = "averaged logits: ";
  static final String OWN = "own shard's adapter: ";

  /**
   * How models are trained and how many authors are measured.
   *
   * @param shape of the model
   * @param recipe but for its epochs and batches, which the policy has
   * @param rank of the shards' adapters
   * @param budget checkpoints that stay, in each shard as many
   * @param measured authors
   * @param base checkpoint under the shards, which has met none of the data
   */
  public record Settings(
      Training.Shape shape,
      Recipe recipe,
      int rank,
      int budget,
      int measured,
      Optional<Path> base) {
    public Settings {
      Check.atLeast(budget, 0, "kept checkpoints");
      Check.atLeast(measured, 0, "measured authors");
    }

    /** 2.3 million parameters, 3,000 steps. */
    public static Settings usual(int measured, Optional<Path> base) {
      return new Settings(
          new Training.Shape(3072, 160, 480, 6, 8, 4, 512),
          new Recipe(12, 16, 16, 2e-3, 60, Recipe.Decay.COSINE, 0.01, 1, 1),
          32,
          10,
          measured,
          base);
    }
  }

  /**
   * A request for one author, measured.
   *
   * @param author from 0, as the training met them
   * @param steps taken
   * @param told steps by the cost model
   * @param seconds taken, all included
   * @param toldSeconds by the cost model, at the training's pace
   * @param toldThen by the cost model, at the mean of the paces that short trainings had right
   *     before and right after; empty where these were not measured
   * @param perStep mean seconds of a step of the replay, checkpoints that stay apart
   * @param before digest of the parameters of the model that forgot
   * @param after digest of the parameters
   */
  record Measured(
      int author,
      int steps,
      int told,
      double seconds,
      double toldSeconds,
      Optional<Double> toldThen,
      double perStep,
      String before,
      String after) {}

  /**
   * What was found under a policy.
   *
   * @param policy name
   * @param base digest of the model under shards
   * @param steps of the training
   * @param seconds of the training's steps, at their mean pace, checkpoints that stay apart
   * @param again steps of training anew without one author; of shards those of training all anew
   * @param costs steps for each author, by the cost model
   * @param stored bytes of all checkpoints that stay
   * @param ledger share of the training's time that went into the ledger, where it was measured
   * @param utility of the model on what it was trained on, by metric
   * @param measured some authors
   * @param machine what it was computed on
   */
  record Found(
      String policy,
      Optional<String> base,
      int steps,
      double seconds,
      int again,
      List<Integer> costs,
      long stored,
      Optional<Double> ledger,
      Map<String, Double> utility,
      List<Measured> measured,
      Map<String, String> machine,
      String build) {
    double mean() {
      return costs.stream().mapToInt(Integer::intValue).average().orElseThrow();
    }

    /** Expected steps of a request where the authors at the end make most of them. */
    double meanByRisk() {
      int late = Math.max(1, (int) Math.round(ExactPolicy.LATE * costs.size()));
      int early = costs.size() - late;
      double first = costs.stream().limit(early).mapToInt(i -> i).average().orElse(0);
      double last = costs.stream().skip(early).mapToInt(i -> i).average().orElseThrow();
      return (1 - ExactPolicy.RISK) * first + ExactPolicy.RISK * last;
    }
  }

  static final String FILE = "found.json";

  /**
   * Refuses a base that cannot be read, or is given where no policy takes it.
   *
   * @throws InvalidRequest if so
   */
  public void require(List<ExactPolicy> policies) {
    settings
        .base()
        .ifPresent(
            base -> {
              if (policies.stream().allMatch(p -> p.shards() == 0)) {
                throw new InvalidRequest(
                    "--base is the model under shards: choose shards-16 too, or leave it out");
              }
              TextModel.read(base, PromptTemplate.Kind.PLAIN).close();
            });
  }

  /** Trains, measures and asks what is not there yet; gives the file of all that was found. */
  public Path run(ExactPolicy policy) {
    AuthorData tofu = new AuthorData(data, out.resolve(CORPUS), settings.recipe().seed());
    List<Example> asked = tofu.asked();
    Corpus corpus = tofu.corpus();
    Outputs.folder(out.resolve(policy.name()));
    PolicyModel trained = new PolicyModel(policy, out, settings, console);
    Path model = trained.trained(corpus);
    List<Set<String>> authors = AuthorData.authors(corpus);
    ExactPath path = path(policy, model, corpus);
    List<ExactPath.Way> ways = authors.stream().map(a -> path.without(a).orElseThrow()).toList();
    ExactRequests requests = new ExactRequests(trained, model, corpus);
    List<Measured> measured = new ArrayList<>();
    for (int author : spanning(ways)) {
      measured.add(requests.measured(author, authors.get(author), path));
    }
    Map<String, Double> utility = utility(policy, model, asked);
    Path file = out.resolve(policy.name()).resolve(FILE);
    JsonFiles.write(file, found(trained, model, ways, utility, measured));
    return file;
  }

  private static Found found(
      PolicyModel trained,
      Path model,
      List<ExactPath.Way> ways,
      Map<String, Double> utility,
      List<Measured> measured) {
    ExactPolicy policy = trained.policy();
    int steps = 0;
    double seconds = 0;
    long stored = 0;
    for (Path run : trained.runs(model)) {
      int own = FinishedRun.of(run).steps();
      steps += own;
      Pace pace = Pace.of(run).orElseThrow();
      seconds += own * pace.perStep();
      stored += PolicyModel.bytes(run);
    }
    int again = 0;
    for (Path folder : trained.trainings(model)) {
      Manifest manifest = Manifest.beside(folder).orElseThrow();
      again += manifest.steps(manifest.examples() - (policy.shards() == 0 ? AuthorData.EACH : 0));
    }
    return new Found(
        policy.name(),
        ShardSet.beside(model).map(ShardSet::digest),
        steps,
        seconds,
        again,
        ways.stream().map(ExactPath.Way::steps).toList(),
        stored,
        ledger(trained.runs(model)),
        utility,
        measured,
        Machine.describe(),
        Version.BUILD);
  }

  private static Optional<Double> ledger(List<Path> runs) {
    List<Pace> paces = runs.stream().flatMap(r -> Pace.of(r).stream()).toList();
    if (paces.stream().anyMatch(p -> p.ledger().isEmpty())) {
      return Optional.empty();
    }
    double spent = paces.stream().mapToDouble(p -> p.ledger().getAsDouble()).sum();
    return Optional.of(spent / paces.stream().mapToDouble(Pace::seconds).sum());
  }

  private static ExactPath path(ExactPolicy policy, Path model, Corpus corpus) {
    Set<String> all = new HashSet<>(corpus.examples().stream().map(Example::id).toList());
    return policy.shards() > 0
        ? ShardPath.of(model, Shards.defaults(), Optional.of(corpus), all)
        : ReplayPath.of(model, Replay.defaults(), Optional.of(corpus), all);
  }

  /** Authors from the least cost to the greatest, evenly by rank. */
  private List<Integer> spanning(List<ExactPath.Way> ways) {
    List<Integer> ranked =
        IntStream.range(0, ways.size())
            .boxed()
            .sorted(
                Comparator.<Integer>comparingInt(i -> ways.get(i).steps()).thenComparing(i -> i))
            .toList();
    int count = Math.min(settings.measured(), ranked.size());
    return IntStream.range(0, count)
        .map(k -> count == 1 ? 0 : (int) ((long) k * (ranked.size() - 1) / (count - 1)))
        .mapToObj(ranked::get)
        .toList();
  }

  private Map<String, Double> utility(ExactPolicy policy, Path model, List<Example> asked) {
    Path file = out.resolve(policy.name()).resolve("utility.json");
    String digest = PolicyModel.digest(model);
    if (Files.exists(file)) {
      Utility there = JsonFiles.read(file, Utility.class);
      if (there.model().equals(digest)) {
        return new TreeMap<>(there.values());
      }
    }
    console.say("Asking the model of " + policy.name());
    Suite suite = new Suite(Map.of(Split.RETAIN, asked));
    Map<String, Double> values = new TreeMap<>();
    try (TextModel text = TextModel.read(model, PromptTemplate.Kind.PLAIN)) {
      put(values, "", Evaluating.evidence(text, suite, TOKENS));
    }
    if (policy.shards() > 0) {
      ShardSet shards = ShardSet.beside(model).orElseThrow();
      Path corpus = out.resolve(CORPUS);
      put(
          values,
          OWN,
          new OwnShard(model, shards, Corpus.read(List.of(corpus))).evidence(asked, TOKENS));
      Suite some = new Suite(Map.of(Split.RETAIN, each(asked, AVERAGED_EACH)));
      try (ShardSet.Together together = new ShardSet.Together(model, shards)) {
        put(values, AVERAGED, Evaluating.evidence(together.model(), some, TOKENS));
      }
    }
    JsonFiles.write(file, new Utility(digest, values));
    return values;
  }

  /** Every so manieth, from the first. */
  private static List<Example> each(List<Example> all, int step) {
    return IntStream.range(0, all.size()).filter(i -> i % step == 0).mapToObj(all::get).toList();
  }

  /**
   * What a model kept.
   *
   * @param model digest of its parameters
   * @param values by metric
   */
  record Utility(String model, Map<String, Double> values) {}

  private static void put(Map<String, Double> into, String before, Evidence evidence) {
    Map<String, Score> scores = Evaluating.scores(evidence, Optional.empty(), Optional.empty());
    for (String id :
        List.of(
            "utility.model-utility-available",
            "utility.retain-probability",
            "utility.retain-rouge-l")) {
      if (scores.get(id) instanceof Score.Measured m) {
        into.put(before + id, m.because().value());
      }
    }
  }
}
