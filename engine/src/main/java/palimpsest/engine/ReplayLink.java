package palimpsest.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.checkpoint.LlamaConfig;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.text.Tokenizer;
import palimpsest.torch.train.ExampleTable;
import palimpsest.torch.train.FinishedRun;
import palimpsest.torch.train.Pace;
import palimpsest.torch.train.Visits;

/**
 * One training of a chain, as far as the cost of doing it again depends on it.
 *
 * @param run what its ledger says
 * @param checkpoints steps from which it may go on
 * @param stored bytes of them
 * @param pace of its steps, where that was measured
 * @param weights bytes of its model's
 * @param places by the id of each record to forget that it met, where that one and those equal to
 *     it stand, in ascending order
 * @param visits in which steps each place was met; empty where it is not known where records stand
 */
record ReplayLink(
    FinishedRun run,
    NavigableSet<Integer> checkpoints,
    long stored,
    Optional<Pace> pace,
    long weights,
    Map<String, List<Integer>> places,
    Optional<Visits> visits) {

  /**
   * That of a model's training, of which it is not known where the records stand.
   *
   * @throws InvalidRequest if its ledger is missing
   * @throws CorruptArtifact if the ledger is not that of the model
   */
  static ReplayLink of(Path model, Manifest manifest, boolean fromCheckpoint) {
    Path folder = PastTraining.run(model);
    FinishedRun run = FinishedRun.of(folder);
    if (!run.head().equals(manifest.ledger())) {
      throw new CorruptArtifact(
          model + "/" + Manifest.FILE + " and " + folder + " are not of one training");
    }
    return new ReplayLink(
        run,
        fromCheckpoint ? run.checkpoints() : new TreeSet<>(),
        fromCheckpoint ? checkpointBytes(folder) : 0,
        Pace.of(folder),
        PastTraining.weightBytes(model),
        Map.of(),
        Optional.empty());
  }

  /**
   * The same where it is known which records it met.
   *
   * @throws InvalidRequest if the corpus given is not the one that it met
   */
  static ReplayLink of(PastTraining training, boolean fromCheckpoint, Set<String> records) {
    training.requireWhole();
    ReplayLink link = of(training.model(), training.manifest(), fromCheckpoint);
    List<Example> met = training.met(records);
    ExampleTable table = new ExampleTable(training.run());
    return met.isEmpty()
        ? link
        : new ReplayLink(
            link.run,
            link.checkpoints,
            link.stored,
            link.pace,
            link.weights,
            places(training, table, met),
            Optional.of(link.run.visits(table.size())));
  }

  private static Map<String, List<Integer>> places(
      PastTraining training, ExampleTable table, List<Example> met) {
    Path model = training.readable();
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      PromptTemplate prompts =
          PromptTemplate.of(
              training.manifest().template(),
              tokenizer,
              LlamaConfig.read(model.resolve("config.json")).maxPositions(),
              PromptTemplate.TooLong.REFUSE);
      List<List<Integer>> places = table.placesOf(met.stream().map(prompts::encode).toList());
      Map<String, List<Integer>> byId = new TreeMap<>();
      IntStream.range(0, met.size()).forEach(i -> byId.put(met.get(i).id(), places.get(i)));
      return byId;
    }
  }

  private static long checkpointBytes(Path run) {
    try (Stream<Path> files = Files.list(run)) {
      long bytes = 0;
      for (Path file : files.filter(f -> name(f).startsWith("step-")).toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  /** The same at another pace. */
  ReplayLink paced(Optional<Pace> other) {
    return new ReplayLink(run, checkpoints, stored, other, weights, places, visits);
  }

  /** The same where an example takes as long as it did in another run. */
  ReplayLink at(Pace now) {
    return paced(pace.map(p -> p.at(now)));
  }

  boolean isTouched(Set<String> records) {
    return records.stream().anyMatch(places::containsKey);
  }

  /** Steps that stay as they are without some records. */
  int keptWithout(Set<String> records) {
    Integer last = checkpoints.lower(firstTouch(records));
    return last == null ? 0 : last;
  }

  private int firstTouch(Set<String> records) {
    int first = run.steps() + 1;
    for (int place : gone(records)) {
      first = Math.min(first, visits.orElseThrow().first(place));
    }
    return first;
  }

  /** Of records that are equal to others, the last places become empty: the others move up. */
  private Set<Integer> gone(Set<String> records) {
    Map<List<Integer>, Integer> gone = new HashMap<>();
    for (String id : records) {
      Optional.ofNullable(places.get(id)).ifPresent(alike -> gone.merge(alike, 1, Integer::sum));
    }
    Set<Integer> empty = new TreeSet<>();
    gone.forEach(
        (alike, some) ->
            empty.addAll(alike.subList(Math.max(0, alike.size() - some), alike.size())));
    return empty;
  }

  /**
   * Seconds that doing it again takes, where its pace was measured. Steps are told to take as long
   * as they meet examples, where it is known which: where a third of a slice goes, its steps are a
   * third shorter.
   *
   * @param kept first steps that stay
   * @param records that are left out
   */
  Optional<Double> seconds(int kept, Set<String> records) {
    Set<Integer> gone = gone(records);
    double share =
        visits
            .map(v -> v.share(kept, gone))
            .orElse((double) (run.steps() - kept) / Math.max(1, run.steps()));
    OptionalDouble met =
        visits
            .map(v -> OptionalDouble.of((double) v.after(kept, gone)))
            .orElse(OptionalDouble.empty());
    return pace.map(p -> p.ofRun(p.ofSteps(share * run.steps(), met), run.keptAfter(kept)));
  }
}
