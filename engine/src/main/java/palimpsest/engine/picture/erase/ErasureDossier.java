package palimpsest.engine.picture.erase;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import palimpsest.api.Decision;
import palimpsest.api.Finding;
import palimpsest.api.Guarantee;
import palimpsest.api.Method;
import palimpsest.api.PictureAttack;
import palimpsest.api.PictureMetric;
import palimpsest.api.Plan;
import palimpsest.api.Remedy;
import palimpsest.api.Request;
import palimpsest.api.Score;
import palimpsest.discovery.Corpus;
import palimpsest.discovery.FindOptions;
import palimpsest.discovery.Finder;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.dossier.Artefact;
import palimpsest.dossier.Attempt;
import palimpsest.dossier.Basis;
import palimpsest.dossier.Dossier;
import palimpsest.dossier.Found;
import palimpsest.dossier.Gallery;
import palimpsest.dossier.Json;
import palimpsest.dossier.Outcome;
import palimpsest.dossier.ScoreRow;
import palimpsest.dossier.Seal;
import palimpsest.dossier.SigningKeys;
import palimpsest.engine.Brief;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.Machine;
import palimpsest.engine.Version;
import palimpsest.metrics.image.ImageMetrics;
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
      Dossier dossier = dossier(target, mine(target, cells), gallery);
      Seal.write(
          folder, dossier, artefacts(dossier, mine(target, cells)), SigningKeys.loadOrCreate(key));
    }
    return folder;
  }

  static String folder(Target target) {
    return target.toString().replace(':', '-');
  }

  /** The first seed of each method on the target, the model as it was first. */
  private static Map<String, GridCell> mine(Target target, List<GridCell> cells) {
    Map<String, GridCell> first = new LinkedHashMap<>();
    cells.stream()
        .filter(c -> c.target().equals(target.toString()))
        .forEach(c -> first.putIfAbsent(c.method(), c));
    return first;
  }

  private Dossier dossier(Target target, Map<String, GridCell> cells, Gallery gallery) {
    ImageCorpus training = settings.pictures().read().training();
    Corpus captions = captions(training);
    List<Finding> findings = Finder.find(request, captions, FindOptions.defaults());
    Decision decided = decided(target, training);
    GridCell before = of(cells, GridCell.NONE);
    GridCell retrained = of(cells, RETRAIN);
    List<Outcome> outcomes = outcomes(target, cells);
    return new Dossier(
        clock.instant().truncatedTo(ChronoUnit.SECONDS).toString(),
        "palimpsest " + Version.CURRENT,
        request,
        Found.of(findings, SHOWN),
        decided,
        new Plan(outcomes.stream().map(Outcome::remedy).toList(), List.of()),
        new Dossier.Original("base", before.weights()),
        outcomes,
        Optional.of(RETRAIN),
        Optional.of(
            new Dossier.Reference(
                retrained.weights(),
                training.images().size() - decided.examples().size(),
                applied(target, RETRAIN).steps(),
                retrained.seconds(),
                Optional.empty())),
        rows(cells),
        new Dossier.Axes("image.ira", "image.p-concept"),
        List.of(),
        List.of(),
        Machine.describe(),
        digests(cells, training),
        Optional.of(gallery));
  }

  private static final String RETRAIN = palimpsest.methods.exact.Retrain.defaults().id();

  private static GridCell of(Map<String, GridCell> cells, String method) {
    GridCell cell = cells.get(method);
    if (cell == null) {
      throw new IllegalStateException("the grid has no cell of " + method);
    }
    return cell;
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

  private Erasing.Applied applied(Target target, String method) {
    return JsonFiles.read(
        ErasureGrid.place(out, target, method, settings.seeds().get(0)).resolve(Erasing.APPLIED),
        Erasing.Applied.class);
  }

  private List<Outcome> outcomes(Target target, Map<String, GridCell> cells) {
    List<Outcome> outcomes = new ArrayList<>();
    for (GridCell cell : cells.values()) {
      if (cell.guarantee().isPresent()) {
        Erasing.Applied done = applied(target, cell.method());
        Guarantee guarantee = Guarantee.valueOf(cell.guarantee().get());
        outcomes.add(
            new Outcome(
                cell.method(),
                new Remedy(
                    cell.method(), guarantee, done.parameters(), done.steps(), cannotShow(cell)),
                done.steps(),
                done.seconds(),
                done.before(),
                done.after(),
                guarantee == Guarantee.SUPPRESSED,
                Brief.of(attempts(cell)),
                guarantee == Guarantee.EXACT
                    ? Optional.of(new Basis(Optional.empty(), done.elsewhere()))
                    : Optional.empty()));
      }
    }
    return outcomes;
  }

  private List<String> cannotShow(GridCell cell) {
    return settings.methods().stream()
        .filter(m -> m.id().equals(cell.method()))
        .findFirst()
        .map(Method::cannotShow)
        .orElseGet(() -> palimpsest.methods.exact.Retrain.defaults().cannotShow());
  }

  private List<Attempt> attempts(GridCell cell) {
    return cell.attacks().stream().map(this::attempt).toList();
  }

  private Attempt attempt(PictureAttack attack) {
    String meaning =
        settings.attacks().stream()
            .filter(a -> a.id().equals(attack.attack()))
            .findFirst()
            .map(a -> a.about().what() + ": " + a.about().formula() + "; " + a.about().source())
            .orElseThrow();
    return new Attempt(attack.version(), meaning, attack.outcome());
  }

  private static List<ScoreRow> rows(Map<String, GridCell> cells) {
    List<ScoreRow> rows = new ArrayList<>();
    for (PictureMetric metric : ImageMetrics.all()) {
      Map<String, Score> columns = new TreeMap<>();
      cells.forEach(
          (method, cell) ->
              columns.put(
                  method.equals(GridCell.NONE) ? Dossier.ORIGINAL : method,
                  Brief.of(cell.score(metric.id()).orElseThrow().score())));
      columns.put(
          Dossier.REFERENCE, Brief.of(of(cells, RETRAIN).score(metric.id()).orElseThrow().score()));
      rows.add(
          new ScoreRow(metric.id(), metric.version(), metric.meaning(), metric.better(), columns));
    }
    return rows;
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
