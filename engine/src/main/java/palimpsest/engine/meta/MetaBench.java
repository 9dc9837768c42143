package palimpsest.engine.meta;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import palimpsest.api.Diverged;
import palimpsest.api.Evidence;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Trial;
import palimpsest.engine.Console;
import palimpsest.engine.Evaluating;
import palimpsest.engine.EvidenceFile;
import palimpsest.engine.Fingerprints;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.Outputs;
import palimpsest.metrics.BuiltInMetrics;
import palimpsest.torch.llm.Nf4;
import palimpsest.torch.llm.TextModel;

/**
 * Makes models that know and models that do not, unlearned ones, relearned ones and quantized ones,
 * and asks all of them the same questions.
 *
 * <p>Model {@code without-i} is {@code with-i} retrained without the part: same seed, first weights
 * and tokenizer. Where a metric wants a retrained reference, model i gets {@code without-(i+1)}, so
 * that none is judged by itself. Killed and run again, it goes on; with more seeds too.
 *
 * <pre>
 * OUT/metrics.json         which run the folder belongs to
 * OUT/models/NAME/         with-i, without-i, METHOD-i, as training and applying leave them
 * OUT/evidence/NAME.json   what each answered; NAME+relearned and NAME+quantized besides
 * OUT/table.md, table.csv, table.json
 * </pre>
 *
 * @see <a href="https://arxiv.org/abs/2506.12618">Dorna et al. 2025, OpenUnlearning, section 4</a>
 */
public record MetaBench(Knowledge knowledge, MetaSettings settings, Path out, Console console) {
  private static final String UTILITY = "utility.model-utility-available";
  private static final String MARK = "metrics.json";

  /** What identifies a folder of results: not how many models, of which there may be more later. */
  record Mark(String format, String fingerprint) {
    static final String FORMAT = "palimpsest-meta/1";
  }

  /**
   * Refuses a folder of other things.
   *
   * @throws InvalidRequest if the folder holds something else than such a run
   */
  public static void requireOurs(Path out) {
    if (!Outputs.isEmpty(out) && !Files.exists(out.resolve(MARK)) && !holdsOnlyWorld(out)) {
      throw new InvalidRequest(out + " is not empty and not of this benchmark: give another --out");
    }
  }

  /** A run killed before it was marked. */
  private static boolean holdsOnlyWorld(Path out) {
    try (Stream<Path> files = Files.list(out)) {
      return files.allMatch(f -> f.endsWith("world"));
    } catch (IOException e) {
      throw new InvalidRequest(out + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Makes what is not there yet and reports; gives the file of the table. */
  public Path run() {
    claim();
    return new MetaTable(make(), settings).write(out);
  }

  private void claim() {
    requireOurs(out);
    Mark ours = new Mark(Mark.FORMAT, fingerprint());
    Path mark = out.resolve(MARK);
    if (!Files.exists(mark)) {
      Outputs.folder(out);
      JsonFiles.write(mark, ours);
    } else if (!JsonFiles.read(mark, Mark.class).equals(ours)) {
      throw new InvalidRequest(
          out
              + " holds a run on other data or with another seed, model, method or rate: give"
              + " another --out");
    }
    Outputs.folder(out.resolve("evidence"));
    Outputs.folder(out.resolve("models"));
  }

  private String fingerprint() {
    return Fingerprints.of(
        knowledge.fingerprint(),
        settings.shape().toString(),
        settings.recipe().toString(),
        settings.specs().toString(),
        settings.base().toString(),
        settings.floor() + " " + settings.relearnRate() + " " + settings.maxNewTokens());
  }

  /**
   * What was made.
   *
   * @param evidence by model's name
   * @param kept the unlearned models whose utility reached the floor
   * @param leftOut the others, with the reason
   */
  record Made(
      Map<String, Evidence> evidence,
      List<MetaSettings.Unlearned> kept,
      Map<String, String> leftOut) {

    Evidence of(String name) {
      Evidence of = evidence.get(name);
      if (of == null) {
        throw new IllegalStateException("no evidence of " + name);
      }
      return of;
    }

    /** In parts of the utility of the model it was made from, where both were measured. */
    Optional<Double> utility(MetaSettings.Unlearned u) {
      return evidence.containsKey(u.name())
          ? MetaBench.share(of(u.name()), of(with(u.seed())))
          : Optional.empty();
    }
  }

  private MetaModels models() {
    return new MetaModels(knowledge, settings, out.resolve("models"), console);
  }

  private Made make() {
    Map<String, Evidence> evidence = new LinkedHashMap<>();
    for (int i = 1; i <= settings.seeds(); i++) {
      int model = i;
      ask(with(i), evidence, () -> models().original(model), m -> {});
      ask(without(i), evidence, () -> models().retrain(model), m -> {});
    }
    for (int i = 1; i <= settings.unlearned(); i++) {
      int model = i;
      ask(
          relearned(without(i)),
          evidence,
          () -> models().retrain(model),
          m -> models().relearn(m, model));
    }
    Map<String, String> leftOut = new LinkedHashMap<>();
    List<MetaSettings.Unlearned> kept =
        settings.plan().stream().filter(u -> unlearned(u, evidence, leftOut)).toList();
    return new Made(evidence, kept, leftOut);
  }

  static String with(int model) {
    return "with-" + model;
  }

  static String without(int model) {
    return "without-" + model;
  }

  static String relearned(String name) {
    return name + "+relearned";
  }

  static String quantized(String name) {
    return name + "+quantized";
  }

  /** Whether it is of use; then it is relearned and quantized too. */
  private boolean unlearned(
      MetaSettings.Unlearned u, Map<String, Evidence> evidence, Map<String, String> leftOut) {
    try {
      ask(u.name(), evidence, () -> models().unlearn(u), m -> {});
      Optional<String> low = tooLow(u, evidence);
      if (low.isPresent()) {
        leftOut.put(u.name(), low.get());
        return false;
      }
      ask(
          relearned(u.name()),
          evidence,
          () -> models().unlearn(u),
          m -> models().relearn(m, u.seed()));
      ask(quantized(u.name()), evidence, () -> models().unlearn(u), m -> Nf4.round(m.llama()));
      return true;
    } catch (Diverged e) {
      leftOut.put(u.name(), String.valueOf(e.getMessage()));
      return false;
    }
  }

  private Optional<String> tooLow(MetaSettings.Unlearned u, Map<String, Evidence> evidence) {
    Optional<Double> share = new Made(evidence, List.of(), Map.of()).utility(u);
    if (share.isEmpty()) {
      return Optional.of("its utility could not be measured");
    }
    return share.get() >= settings.floor()
        ? Optional.empty()
        : Optional.of("too little utility, wanted " + settings.floor());
  }

  private static Optional<Double> share(Evidence now, Evidence original) {
    return utility(now).flatMap(n -> utility(original).filter(o -> o > 0).map(o -> n / o));
  }

  private static Optional<Double> utility(Evidence of) {
    return BuiltInMetrics.byId(UTILITY)
        .score(new Trial(of, Optional.empty()))
        .fold(m -> Optional.of(m.value()), n -> Optional.empty());
  }

  /** Reads what a model answered, or makes the model, changes it and asks it. */
  private void ask(
      String name,
      Map<String, Evidence> evidence,
      Supplier<TextModel> make,
      Consumer<TextModel> change) {
    Path file = out.resolve("evidence").resolve(name + ".json");
    if (!Files.exists(file)) {
      requireGoingOn();
      console.say(name + ", " + evidence.size() + " of at most " + most() + " models done");
      try (TextModel model = make.get()) {
        requireGoingOn();
        change.accept(model);
        Evidence answered = Evaluating.evidence(model, knowledge.suite(), settings.maxNewTokens());
        EvidenceFile.write(file, Evaluating.withGradientNorms(model, answered));
      }
    }
    evidence.put(name, EvidenceFile.read(file));
  }

  private int most() {
    return 2 * settings.seeds() + settings.unlearned() + 3 * settings.plan().size();
  }

  private void requireGoingOn() {
    if (console.interrupted()) {
      throw new Interrupted("stopped between models; run the same command again to go on");
    }
  }
}
