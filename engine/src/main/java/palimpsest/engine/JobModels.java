package palimpsest.engine;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Decision;
import palimpsest.dossier.Dossier;
import palimpsest.torch.llm.TextModel;

/** The models of a job, read when first needed. */
final class JobModels implements AutoCloseable {
  private final Forgetting job;
  private final Decision decision;
  private final Map<String, Applying.Applied> applied;
  private final Map<String, Remembering> raw = new LinkedHashMap<>();
  private final Map<String, Remembering> guarded = new LinkedHashMap<>();
  private final Map<String, Suppressing.Guarded> deployed = new LinkedHashMap<>();

  JobModels(Forgetting job, Decision decision, Map<String, Applying.Applied> applied) {
    this.job = job;
    this.decision = decision;
    this.applied = applied;
  }

  /** The weights of a column without any guard. */
  Remembering raw(String label) {
    Applying.Applied done = applied.get(label);
    boolean own = done != null && !done.before().equals(done.after());
    return raw.computeIfAbsent(own ? label : Dossier.ORIGINAL, this::read);
  }

  private Remembering read(String label) {
    Applying.Applied done = applied.get(label);
    Path folder = done == null ? job.model() : job.remedy(label).resolve("model");
    Remembering read = new Remembering(TextModel.read(folder, job.template()));
    if (done != null && !done.after().equals(read.digest())) {
      read.model().close();
      throw new CorruptArtifact(
          folder
              + " does not hold the weights that "
              + job.remedy(label).resolve("applied.json")
              + " speaks of: remove "
              + job.remedy(label)
              + " to apply the method anew");
    }
    return read;
  }

  /** The model of a column as its users meet it. */
  Remembering deployed(String label) {
    Optional<Choice> guard =
        job.choices().stream()
            .filter(c -> c.label().equals(label) && !c.method().guarantee().isRemoval())
            .findFirst();
    if (guard.isEmpty()) {
      return raw(label);
    }
    return guarded.computeIfAbsent(
        label,
        l -> {
          Choice c = guard.get();
          Suppressing.Guarded made =
              new Suppressing(job.applying(c, decision), c.method())
                  .deploy(raw(l).model(), job.remedy(l));
          deployed.put(l, made);
          return new Remembering(made.model());
        });
  }

  /** Closes the weights of a column, unless they are the original's; read again if asked for. */
  void release(String label) {
    guarded.remove(label);
    Suppressing.Guarded beside = deployed.remove(label);
    if (beside != null) {
      beside.close();
    }
    Remembering own = raw.remove(label);
    if (own != null) {
      own.model().close();
    }
  }

  @Override
  public void close() {
    deployed.values().forEach(Suppressing.Guarded::close);
    raw.values().forEach(r -> r.model().close());
  }
}
