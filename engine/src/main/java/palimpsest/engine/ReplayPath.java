package palimpsest.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Cost;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.Corpus;
import palimpsest.methods.exact.Replay;
import palimpsest.torch.train.Pace;

/**
 * Doing a model's training again from the last checkpoint before it met a record; where one before
 * it had met the record, that one from there, and all after it from their first steps.
 *
 * <p>All is told from ledgers and tables of fingerprints; no weights are read. Without the corpus
 * it is not known where the records stand, and the path is as long as it can be.
 *
 * @param links the model's own training first, then those before it as far as they can matter
 * @param known whether it is known where the records stand
 */
record ReplayPath(List<ReplayLink> links, boolean known) implements ExactPath {
  ReplayPath {
    links = List.copyOf(links);
  }

  /**
   * The path for some records, or for part of them.
   *
   * @throws InvalidRequest if a ledger, a table or records of the trainings are missing
   * @throws CorruptArtifact if what lies beside a model is of another training
   */
  static ReplayPath of(Path model, Replay method, Optional<Corpus> corpus, Set<String> records) {
    boolean checkpoints = method.trustsCheckpoints();
    return corpus
        .map(c -> new ReplayPath(links(model, checkpoints, c, records), true))
        .orElseGet(() -> new ReplayPath(links(model, checkpoints), false));
  }

  private static List<ReplayLink> links(Path model, boolean checkpoints) {
    return PastTraining.chain(model).stream()
        .map(m -> ReplayLink.of(m, Manifest.beside(m).orElseThrow(), checkpoints))
        .toList();
  }

  private static List<ReplayLink> links(
      Path model, boolean checkpoints, Corpus corpus, Set<String> records) {
    List<PastTraining> chain =
        PastTraining.chain(model).stream().map(m -> PastTraining.of(m, corpus)).toList();
    requireThere(chain, corpus, records);
    int last = last(chain.stream().map(t -> t.isTouched(records)).toList());
    List<ReplayLink> links = new ArrayList<>();
    for (int i = 0; i <= last; i++) {
      links.add(ReplayLink.of(chain.get(i), checkpoints, records));
      if (i > 0) {
        requireContinued(chain.get(i - 1), chain.get(i));
      }
    }
    return links;
  }

  private static void requireThere(List<PastTraining> chain, Corpus corpus, Set<String> records) {
    for (String id : new TreeSet<>(records)) {
      if (corpus.byId(id).isEmpty() && chain.stream().anyMatch(t -> t.manifest().met(id))) {
        throw new InvalidRequest(
            "record \"" + id + "\" is not in the corpus: give the files that it was found in");
      }
    }
  }

  private static void requireContinued(PastTraining after, PastTraining before) {
    if (!after.manifest().start().weights().equals(before.manifest().weights())) {
      throw new CorruptArtifact(
          before.model() + " is not what the training of " + after.model() + " began from");
    }
  }

  /** The last training that is done again: the first of all that met a record, or the model's. */
  private static int last(List<Boolean> touched) {
    return Math.max(0, touched.lastIndexOf(true));
  }

  @Override
  public ReplayPath at(Pace now) {
    return new ReplayPath(links.stream().map(l -> l.at(now)).toList(), known);
  }

  @Override
  public Optional<Way> without(Set<String> records) {
    int last =
        known ? last(links.stream().map(l -> l.isTouched(records)).toList()) : links.size() - 1;
    int kept = known ? links.get(last).keptWithout(records) : 0;
    List<ReplayLink> again = links.subList(0, last + 1);
    int steps = again.stream().mapToInt(l -> l.run().steps()).sum() - kept;
    Optional<Double> seconds = seconds(again, kept, records);
    long disk = again.stream().mapToLong(l -> ExactPath.disk(l.weights(), l.run().kept())).sum();
    long stored = again.stream().mapToLong(ReplayLink::stored).sum();
    Cost cost = new Cost(from(kept, last), !known, seconds, disk, stored);
    return Optional.of(new Way(Replay.defaults().id(), steps, cost));
  }

  /** Of all trainings, of the last but the steps that are kept. */
  private static Optional<Double> seconds(List<ReplayLink> again, int kept, Set<String> records) {
    double sum = 0;
    for (int i = 0; i < again.size(); i++) {
      ReplayLink link = again.get(i);
      Optional<Double> seconds = link.seconds(i == again.size() - 1 ? kept : 0, records);
      if (seconds.isEmpty()) {
        return Optional.empty();
      }
      sum += seconds.get();
    }
    return Optional.of(sum);
  }

  private static String from(int step, int before) {
    String place = step == 0 ? "the first weights" : "the checkpoint of step " + step;
    return switch (before) {
      case 0 -> place;
      case 1 -> place + " of the training before";
      default -> place + " of the training " + before + " before";
    };
  }
}
