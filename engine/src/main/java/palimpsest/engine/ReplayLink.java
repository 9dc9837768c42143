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
 * @param touches for each place the step that first met it
 */
record ReplayLink(
    FinishedRun run,
    NavigableSet<Integer> checkpoints,
    long stored,
    Optional<Pace> pace,
    long weights,
    Map<String, List<Integer>> places,
    List<Integer> touches) {

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
        List.of());
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
            IntStream.of(link.run.firstTouches(table.size())).boxed().toList());
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

  boolean isTouched(Set<String> records) {
    return records.stream().anyMatch(places::containsKey);
  }

  /** Steps that stay as they are without some records. */
  int keptWithout(Set<String> records) {
    Integer last = checkpoints.lower(firstTouch(records));
    return last == null ? 0 : last;
  }

  /** Of records that are equal to others, the last places become empty: the others move up. */
  private int firstTouch(Set<String> records) {
    Map<List<Integer>, Integer> gone = new HashMap<>();
    for (String id : records) {
      Optional.ofNullable(places.get(id)).ifPresent(alike -> gone.merge(alike, 1, Integer::sum));
    }
    int first = run.steps() + 1;
    for (Map.Entry<List<Integer>, Integer> entry : gone.entrySet()) {
      List<Integer> alike = entry.getKey();
      for (int place : alike.subList(Math.max(0, alike.size() - entry.getValue()), alike.size())) {
        first = Math.min(first, touches.get(place));
      }
    }
    return first;
  }

  /** Seconds that doing its last so many steps again takes, where its pace was measured. */
  Optional<Double> seconds(int steps) {
    return pace.map(p -> p.seconds(steps, run.keptAfter(run.steps() - steps)));
  }
}
