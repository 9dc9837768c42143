package palimpsest.engine;

import java.nio.file.Path;
import java.util.List;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Decision;
import palimpsest.api.Finding;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.Corpus;
import palimpsest.dossier.Json;
import palimpsest.torch.checkpoint.JsonFile;

/** Decisions on disk: made here, or written by a person. */
public final class Decisions {
  private Decisions() {}

  /** Decides on a scope and writes the decision to a new file. */
  public static Decision write(
      Path file, Forgetting.Scope scope, List<Finding> findings, Corpus corpus) {
    Outputs.requireNew(file);
    Decision decision =
        Deciding.decide(scope.scope(), scope.by(), scope.reason(), findings, corpus);
    JsonFiles.write(file, decision);
    return decision;
  }

  /**
   * Reads a decision in any layout.
   *
   * @throws InvalidRequest if it is none, or names records that the corpus does not have
   */
  public static Decision read(Path file, Corpus corpus) {
    Decision decision;
    try {
      decision = Json.read(Json.canonical(JsonFile.read(file)), Decision.class, file.toString());
    } catch (CorruptArtifact e) {
      throw new InvalidRequest(e.getMessage(), e);
    }
    for (String id : decision.examples()) {
      if (corpus.byId(id).isEmpty()) {
        throw unknown(file, id);
      }
    }
    if (decision.examples().isEmpty()) {
      throw new InvalidRequest(file + ": \"examples\" is empty: nothing to forget");
    }
    if (decision.examples().stream().distinct().count() == corpus.examples().size()) {
      throw new InvalidRequest(file + ": names every record of the corpus: nothing would be left");
    }
    return decision;
  }

  private static InvalidRequest unknown(Path file, String id) {
    return new InvalidRequest(
        file + ": record \"" + id + "\" is not in the corpus: give the files it was made with");
  }
}
