package palimpsest.engine.bench;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import palimpsest.api.InvalidRequest;
import palimpsest.engine.Applying;
import palimpsest.engine.Choice;
import palimpsest.engine.Console;
import palimpsest.engine.Fingerprints;
import palimpsest.engine.Manifest;
import palimpsest.engine.Training;
import palimpsest.methods.exact.Retrain;

/** The model of a grid and what it is compared with: given, or trained and retrained here. */
final class Models {
  private final Benchmark benchmark;
  private final Subject subject;
  private final Path out;
  private final Console console;

  /**
   * Those of a folder.
   *
   * @throws InvalidRequest if one reference is given for several forget sets
   */
  Models(Benchmark benchmark, Subject subject, Path out, Console console) {
    this.benchmark = benchmark;
    this.subject = subject;
    this.out = out;
    this.console = console;
    if (subject.reference().isPresent() && benchmark.sets().size() > 1) {
      throw new InvalidRequest("one reference is given for several forget sets: name one set");
    }
  }

  private Training training() {
    return new Training(
        out.resolve("training"),
        subject.recipe(),
        subject.template(),
        subject.checkpointEvery(),
        console);
  }

  /** Folder of the original. */
  Path original() {
    return subject.model().orElse(training().model());
  }

  boolean isTrained() {
    return subject.model().isPresent() || Manifest.beside(training().model()).isPresent();
  }

  void train() {
    training().fromScratch(benchmark.corpus(), subject.shape());
  }

  /** Given, or retrained where the model says how it was trained. */
  boolean hasReference() {
    return subject.reference().isPresent() || retrains();
  }

  /** Whether references are made here. */
  boolean retrains() {
    return subject.reference().isEmpty()
        && (subject.model().isEmpty() || subject.model().flatMap(Manifest::beside).isPresent());
  }

  private Path retrained(Benchmark.ForgetSet set) {
    return out.resolve("retrain").resolve(set.name());
  }

  /** Folder of a forget set's reference. */
  Path reference(Benchmark.ForgetSet set) {
    return subject.reference().orElse(retrained(set).resolve("model"));
  }

  boolean isRetrained(Benchmark.ForgetSet set) {
    return Manifest.beside(reference(set)).isPresent();
  }

  /** Whether a reference's answers can be asked for. */
  boolean isReferenceThere(Benchmark.ForgetSet set) {
    return subject.reference().isPresent() || (retrains() && isRetrained(set));
  }

  void retrain(Benchmark.ForgetSet set, Settings settings) {
    Retrain method = Retrain.defaults();
    applying(new Choice(method, settings.base()), set).apply(method, retrained(set));
  }

  /** Applies a choice to the original. */
  Applying applying(Choice choice, Benchmark.ForgetSet set) {
    return new Applying(
        original(),
        benchmark.corpus(),
        set.decision(),
        choice.recipe(),
        choice.tuning(),
        subject.template(),
        subject.checkpointEvery(),
        console);
  }

  /**
   * Refuses trainings that are there and are not those that would be made here, and given models
   * that are asked in other words.
   */
  void requireSame() {
    Stream.concat(subject.model().stream(), subject.reference().stream())
        .forEach(given -> Manifest.requireTemplate(given, subject.template()));
    subject.reference().ifPresent(this::requireWithout);
    if (subject.model().isEmpty() && isTrained()) {
      train();
    }
    for (Benchmark.ForgetSet set : benchmark.sets()) {
      if (isTrained() && subject.reference().isEmpty() && isRetrained(set)) {
        requireSameReference(set);
      }
    }
  }

  /** What is known of a given reference must not speak against it. */
  private void requireWithout(Path reference) {
    if (subject.model().map(Fingerprints::of).equals(Optional.of(Fingerprints.of(reference)))) {
      throw new InvalidRequest(
          reference + " is the model itself: a reference has not seen the data");
    }
    Manifest.beside(reference)
        .filter(m -> m.corpus().values().containsAll(benchmark.corpus().fileDigests().values()))
        .filter(m -> !m.without().containsAll(benchmark.sets().get(0).records()))
        .ifPresent(
            m -> {
              throw new InvalidRequest(
                  reference
                      + " was trained on these files without leaving out "
                      + benchmark.sets().get(0).name()
                      + ": give a model that has not seen it");
            });
  }

  private void requireSameReference(Benchmark.ForgetSet set) {
    Manifest there = Manifest.beside(reference(set)).orElseThrow();
    Manifest original = Manifest.beside(original()).orElseThrow();
    Set<String> without = new HashSet<>(set.records());
    without.addAll(original.without());
    if (!without.equals(Set.copyOf(there.without()))
        || !there.recipe().equals(original.recipe())
        || !there.corpus().equals(original.corpus())
        || !there.start().equals(original.start())
        || there.template() != original.template()) {
      throw new InvalidRequest(
          reference(set)
              + " is not the model retrained without "
              + set.name()
              + ": it has another recipe, corpus or start, or other records left out; remove it");
    }
  }
}
