package palimpsest.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import palimpsest.api.Decision;
import palimpsest.api.Method;
import palimpsest.discovery.Corpus;
import palimpsest.methods.Tuning;
import palimpsest.methods.exact.Replay;
import palimpsest.methods.exact.Shards;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.train.FinishedRun;
import palimpsest.torch.train.Pace;

/**
 * Requests for single authors that are made under a policy, timed and thrown away; the first of
 * them in a process once more before, untimed.
 */
final class ExactRequests {
  private static final int EVERY = 500;
  private final PolicyModel trained;
  private final Path model;
  private final Corpus corpus;
  private boolean warm;

  /**
   * Requests to come.
   *
   * @param trained under the policy
   * @param model that was trained
   * @param corpus that it met
   */
  ExactRequests(PolicyModel trained, Path model, Corpus corpus) {
    this.trained = trained;
    this.model = model;
    this.corpus = corpus;
  }

  /** What one took, beside what was told; measured once for each model. */
  ExactBench.Measured measured(int author, Set<String> records, ExactPath path) {
    Path folder = Outputs.folder(trained.out().resolve(policy().name()).resolve("measured"));
    String name = String.format(Locale.ROOT, "author-%03d", author);
    Path file = folder.resolve(name + ".json");
    String before = PolicyModel.digest(model);
    if (Files.exists(file)) {
      ExactBench.Measured there = JsonFiles.read(file, ExactBench.Measured.class);
      if (there.before().equals(before)) {
        return there;
      }
    }
    Path work = folder.resolve(name);
    Outputs.delete(work); // a time that was interrupted is none
    ExactPath.Way way = path.without(records).orElseThrow();
    if (!warm) {
      warm = true;
      say(": once unmeasured, as a process that has just begun compiles beside its work");
      applied(records, work);
      Outputs.delete(work);
    }
    say(": forgetting author " + author + ", " + way.steps() + " steps");
    PolicyTempo tempo = new PolicyTempo(trained, model, corpus, folder.resolve("tempo"));
    List<Optional<Pace>> around = new ArrayList<>(List.of(tempo.now()));
    Applying.Applied applied = applied(records, work);
    around.add(tempo.now());
    ExactBench.Measured measured =
        new ExactBench.Measured(
            author,
            applied.steps(),
            way.steps(),
            applied.seconds(),
            seconds(way),
            then(path, records, around),
            perStep(work),
            before,
            applied.after());
    JsonFiles.write(file, measured);
    Outputs.delete(work);
    return measured;
  }

  /** What is told at the machine's pace before and after, on average. */
  private static Optional<Double> then(
      ExactPath path, Set<String> records, List<Optional<Pace>> around) {
    OptionalDouble mean =
        around.stream()
            .flatMap(Optional::stream)
            .mapToDouble(pace -> seconds(path.at(pace).without(records).orElseThrow()))
            .average();
    return mean.isPresent() ? Optional.of(mean.getAsDouble()) : Optional.empty();
  }

  private static double seconds(ExactPath.Way way) {
    return way.cost().seconds().orElseThrow();
  }

  private ExactPolicy policy() {
    return trained.policy();
  }

  private void say(String what) {
    trained.console().say(policy().name() + what);
  }

  private Applying.Applied applied(Set<String> records, Path work) {
    Method method = policy().shards() > 0 ? Shards.defaults() : Replay.defaults();
    return new Applying(
            model,
            corpus,
            decision(records),
            policy().recipe(trained.settings().recipe()),
            Tuning.USUAL,
            PromptTemplate.Kind.PLAIN,
            EVERY,
            trained.console())
        .apply(method, work);
  }

  private static double perStep(Path work) {
    try (Stream<Path> files = Files.walk(work)) {
      double seconds = 0;
      long steps = 0;
      for (Path run :
          files.filter(f -> f.getFileName().toString().equals("run")).sorted().toList()) {
        if (FinishedRun.of(run).gone().isEmpty()) {
          continue; // of a shard that was taken over
        }
        Optional<Pace> pace = Pace.of(run);
        seconds += pace.map(p -> p.seconds() - p.keeping()).orElse(0.0);
        steps += pace.map(Pace::steps).orElse(0L);
      }
      return steps == 0 ? 0 : seconds / steps;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Decision decision(Set<String> records) {
    return new Decision(
        Decision.Scope.LISTED,
        "palimpsest bench exact",
        "what it costs",
        records.stream().sorted().toList(),
        List.of());
  }
}
