package palimpsest.engine.picture.erase;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import palimpsest.api.Decision;
import palimpsest.api.Finding;
import palimpsest.api.Plan;
import palimpsest.api.Request;
import palimpsest.discovery.Corpus;
import palimpsest.discovery.FindOptions;
import palimpsest.discovery.Finder;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.dossier.Artefact;
import palimpsest.dossier.Dossier;
import palimpsest.dossier.Found;
import palimpsest.dossier.Gallery;
import palimpsest.dossier.Json;
import palimpsest.dossier.Outcome;
import palimpsest.dossier.Seal;
import palimpsest.dossier.SigningKeys;
import palimpsest.engine.Machine;
import palimpsest.engine.Version;
import palimpsest.torch.checkpoint.AtomicFile;

/**
 * The signed dossier of one target of a grid: what was asked, which captions name it, what was done
 * with the first seed of each method, what was scored and attacked, and pictures side by side.
 *
 * @param settings of the grid
 * @param out folder of the grid
 * @param request whose names are the target's word
 * @param decision who decided what
 * @param key file of the signing key
 */
public record ErasureDossier(
    GridSettings settings, Path out, Request request, Officer decision, Path key, Clock clock) {
  private static final int SHOWN = 60;
  private static final String CAPTIONS = "captions.jsonl";

  /**
   * Who decided that every picture of the target goes, and why.
   *
   * @param by name or office
   * @param reason in words
   */
  public record Officer(String by, String reason) {}

  /**
   * Writes it into a new folder, if it is not there.
   *
   * @param cells of the grid
   * @param gallery what the models drew
   */
  public Path seal(Target target, List<GridCell> cells, Gallery gallery) {
    Path folder = out.resolve(folder(target)).resolve("dossier");
    if (!Files.exists(folder)) {
      DossierColumns columns = new DossierColumns(settings, out, target, cells);
      Dossier dossier = dossier(target, columns, gallery);
      Seal.write(
          folder, dossier, artefacts(dossier, columns.first()), SigningKeys.loadOrCreate(key));
    }
    return folder;
  }

  static String folder(Target target) {
    return target.toString().replace(':', '-');
  }

  private Dossier dossier(Target target, DossierColumns columns, Gallery gallery) {
    ImageCorpus training = settings.pictures().read().training();
    Corpus captions = captions(training);
    List<Finding> findings = Finder.find(request, captions, FindOptions.defaults());
    Decision decided = decided(target, training);
    List<Outcome> outcomes = columns.outcomes();
    return new Dossier(
        clock.instant().truncatedTo(ChronoUnit.SECONDS).toString(),
        "palimpsest " + Version.CURRENT,
        request,
        Found.of(findings, SHOWN),
        decided,
        new Plan(outcomes.stream().map(Outcome::remedy).toList(), List.of()),
        new Dossier.Original("base", columns.of(GridCell.NONE).weights()),
        outcomes,
        Optional.of(DossierColumns.RETRAIN),
        Optional.of(columns.reference(training.images().size() - decided.examples().size())),
        columns.scores(),
        new Dossier.Axes("image.ira", "image.p-concept"),
        List.of(),
        List.of(),
        Machine.describe(),
        digests(columns.first(), training),
        Optional.of(gallery));
  }

  /** Captions as records, so that they are searched as any corpus is. */
  private Corpus captions(ImageCorpus training) {
    StringBuilder lines = new StringBuilder();
    for (CaptionedImage image : training.images()) {
      Map<String, String> record = new TreeMap<>();
      record.put("prompt", "picture " + image.id());
      record.put("completion", image.caption());
      lines.append(new String(Json.canonical(record), StandardCharsets.UTF_8).strip()).append('\n');
    }
    Path file = out.resolve(CAPTIONS);
    AtomicFile.write(file, lines.toString().getBytes(StandardCharsets.UTF_8));
    return Corpus.read(List.of(file));
  }

  private Decision decided(Target target, ImageCorpus training) {
    List<String> records = new ArrayList<>();
    for (int i = 0; i < training.images().size(); i++) {
      if (target.isOf(training.images().get(i))) {
        records.add(CAPTIONS + "#" + (i + 1));
      }
    }
    return new Decision(Decision.Scope.FOUND, decision.by(), decision.reason(), records, List.of());
  }

  private static Map<String, String> digests(Map<String, GridCell> cells, ImageCorpus training) {
    Map<String, String> digests = new TreeMap<>();
    digests.put("pictures", training.digest());
    cells.forEach((method, cell) -> digests.put("weights/" + method, cell.weights()));
    return digests;
  }

  private List<Artefact> artefacts(Dossier dossier, Map<String, GridCell> cells) {
    return List.of(
        json("request.json", request),
        json("decision.json", dossier.decision()),
        json("plan.json", dossier.plan()),
        json("procedure.json", settings.words()),
        json("digests.json", dossier.digests()),
        json("cells.json", cells));
  }

  private static Artefact json(String name, Object value) {
    return new Artefact(name, "application/json", Json.canonical(value));
  }
}
