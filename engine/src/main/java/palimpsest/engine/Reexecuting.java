package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Guarantee;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.api.Remedy;
import palimpsest.discovery.Corpus;
import palimpsest.dossier.Basis;
import palimpsest.dossier.Dossier;
import palimpsest.dossier.Outcome;
import palimpsest.dossier.Verification;
import palimpsest.dossier.Verifier;
import palimpsest.methods.Tuning;
import palimpsest.methods.exact.Replay;
import palimpsest.methods.exact.Retrain;
import palimpsest.methods.exact.Shards;
import palimpsest.torch.Native;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.train.FinishedRun;

/**
 * Does the exact removals of a dossier again, from the data and whatever the model's owner hands
 * over, and compares the digests of the weights: for whoever does not take the owner's word.
 *
 * @param dossier folder of a dossier that was accepted
 * @param model folder of the original, with the ledger of its training beside it
 * @param corpus what it was trained on
 * @param out where what is done again goes; a folder of this verifier's own
 * @param checkpoints whether to go on from the owner's checkpoints, which trusts them; otherwise
 *     from the first weights
 */
public record Reexecuting(
    Path dossier, Path model, Corpus corpus, Path out, boolean checkpoints, Console console) {
  private static final int CHECKPOINT_EVERY = 50;
  private static final String CORPUS = "corpus/"; // of the dossier's digests
  private static final List<String> ROUNDING =
      List.of("libtorch", "blas", "cpu", "arithmetic", "threads");

  /**
   * A check for each outcome that claims to be exact.
   *
   * @throws InvalidRequest if the dossier has none, or the model or the corpus given is not its
   *     own, or nothing is known of its training
   */
  public List<Verification.Step> run() {
    Path here = out.toAbsolutePath().normalize();
    if (here.startsWith(ShardSet.folder(model)) || here.startsWith(dossier.toAbsolutePath())) {
      throw new InvalidRequest(
          out + " is in the folder of the model or of the dossier: give one of your own");
    }
    Dossier content = Verifier.content(dossier);
    requireCorpus(content.digests());
    List<Verification.Step> steps = new ArrayList<>();
    for (Outcome outcome : content.outcomes()) {
      Guarantee guarantee = outcome.remedy().guarantee();
      if (guarantee == Guarantee.EXACT || guarantee == Guarantee.STRUCTURAL) {
        steps.add(step(content, outcome, out.resolve("outcome-" + steps.size())));
      }
    }
    if (steps.isEmpty()) {
      throw new InvalidRequest(dossier + " claims no exact removal: there is nothing to do again");
    }
    return steps;
  }

  /** Records are named by their lines: in another file they would be others. */
  private void requireCorpus(Map<String, String> digests) {
    for (String name : new TreeSet<>(digests.keySet())) {
      String file = name.startsWith(CORPUS) ? name.substring(CORPUS.length()) : "";
      String digest = corpus.fileDigests().get(file);
      if (!file.isEmpty() && !Objects.equals(digest, digests.get(name))) {
        throw new InvalidRequest(
            (digest == null ? "the corpus given has no " + file : file + " is not the one")
                + " that the dossier speaks of: give that one");
      }
    }
  }

  private Optional<Method> method(Remedy remedy) {
    int from = checkpoints ? 1 : 0;
    String id = remedy.method();
    if (id.equals(Retrain.defaults().id())) {
      return Optional.of(Retrain.defaults());
    }
    if (id.equals(Shards.defaults().id())) {
      double drop = remedy.parameters().getOrDefault("drop", 0.0);
      return Optional.of(new Shards(from, drop == 0 ? 0 : 1));
    }
    return id.equals(Replay.defaults().id()) ? Optional.of(new Replay(from)) : Optional.empty();
  }

  private static Verification.Step step(
      Outcome outcome, Verification.Result result, String reason) {
    return new Verification.Step("replay", result, outcome.label() + ": " + reason);
  }

  /** Folders are numbered: labels are the owner's. */
  private Verification.Step step(Dossier content, Outcome outcome, Path to) {
    Optional<Method> method = method(outcome.remedy());
    if (method.isEmpty()) {
      return step(
          outcome,
          Verification.Result.FAIL,
          "is claimed to be exact, and no exact method is called so here");
    }
    if (!outcome.weightsBefore().equals(content.original().digest())) {
      return step(
          outcome, Verification.Result.FAIL, "is of another model than the dossier's original");
    }
    Applying applying = applying(content);
    if (!outcome.weightsBefore().equals(digest(applying))) {
      throw new InvalidRequest(
          model + " is not the original that the dossier speaks of: give that one");
    }
    try {
      return compared(content, outcome, apply(applying, method.get(), to));
    } catch (CorruptArtifact e) {
      return step(outcome, Verification.Result.FAIL, e.getMessage());
    }
  }

  private Verification.Step compared(Dossier content, Outcome outcome, Applying.Applied done) {
    Optional<String> start = Certifying.start(model, outcome.remedy().method(), corpus);
    if (start.isPresent() && outcome.basis().flatMap(Basis::start).isEmpty()) {
      return step(
          outcome,
          Verification.Result.FAIL,
          "what its training began from is not known, which the dossier does not say: "
              + start.get());
    }
    if (done.after().equals(outcome.weightsAfter())) {
      return step(
          outcome,
          Verification.Result.PASS,
          done.steps()
              + " steps done again give the weights of the dossier, "
              + done.after()
              + taken(start));
    }
    List<String> differences = new ArrayList<>(elsewhere(content.environment()));
    differences.addAll(outcome.basis().map(Basis::elsewhere).orElse(List.of()));
    differences.addAll(done.elsewhere().orElse(List.of()));
    runs().forEach(run -> differences.addAll(run.notHere()));
    return differences.isEmpty()
        ? step(
            outcome,
            Verification.Result.FAIL,
            "done again the weights have the digest "
                + done.after()
                + ", the dossier says "
                + outcome.weightsAfter())
        : step(
            outcome,
            Verification.Result.NOT_DONE,
            "the same procedure, but digests cannot be compared, since the machine rounds"
                + " otherwise: "
                + String.join("; ", new TreeSet<>(differences)));
  }

  /** What was taken from the owner as it is. */
  private String taken(Optional<String> start) {
    List<String> taken = new ArrayList<>();
    if (checkpoints) {
      taken.add("the owner's checkpoints");
    }
    start.ifPresent(s -> taken.add("the checkpoint that it began from, " + s));
    ShardSet.beside(model)
        .ifPresent(
            s ->
                taken.add(
                    "the frozen checkpoint, "
                        + Certifying.name(s.base())
                        + ", and which shard each record was in"));
    if (!isFittedTokenizer()) {
      taken.add("the tokenizer, since it is not the one that the corpus given settles");
    }
    int gone = emptied();
    if (gone > 0) {
      taken.add(
          "the order of the records, since "
              + gone
              + " places had been emptied before, without which it cannot be settled again");
    }
    return taken.isEmpty() ? "" : "; taken as they are: " + String.join(", and ", taken);
  }

  /** Places of the model's trainings that were empty already. */
  private int emptied() {
    return runs().stream().mapToInt(run -> run.gone().size()).sum();
  }

  /** What the owner has of all trainings that led to the model. */
  private List<FinishedRun> runs() {
    List<Path> runs =
        ShardSet.beside(model)
            .map(
                s ->
                    s.parts().stream()
                        .map(p -> ShardSet.part(ShardSet.folder(model), p.name()).resolve("run"))
                        .toList())
            .orElseGet(() -> PastTraining.chain(model).stream().map(PastTraining::run).toList());
    return runs.stream()
        .filter(run -> Files.exists(run.resolve("ledger.jsonl")))
        .map(FinishedRun::of)
        .toList();
  }

  /**
   * Whether the tokenizer is the one that the first training fitted on its corpus: another could
   * turn a record into what it does not say.
   */
  private boolean isFittedTokenizer() {
    Path last = ShardSet.beside(model).map(s -> Path.of(s.base())).orElse(model);
    List<Path> chain = PastTraining.chain(last);
    Path first = chain.get(chain.size() - 1);
    return Manifest.beside(first)
        .filter(m -> m.start().checkpoint().isEmpty())
        .map(m -> corpus.only(m.corpus().keySet()))
        .filter(files -> !files.examples().isEmpty())
        .filter(files -> StartFolder.isFittedOn(files, first, out.resolve("tokenizer")))
        .isPresent();
  }

  /**
   * Without trust in checkpoints all trainings of a chain are done again, and the shards that held
   * no record too.
   */
  private Applying.Applied apply(Applying applying, Method method, Path to) {
    if (method instanceof Retrain) {
      return applying.apply(method, to);
    }
    String digest = digest(applying);
    Outputs.folder(to);
    if (method instanceof Shards shards) {
      Resharding again = new Resharding(applying, shards, !checkpoints);
      again.require(digest);
      return again.apply(to, System.nanoTime());
    }
    Replaying.Reach reach = checkpoints ? Replaying.Reach.TOUCHED : Replaying.Reach.ALL;
    Replaying again = new Replaying(applying, (Replay) method, reach);
    again.require(digest);
    return again.apply(to, System.nanoTime());
  }

  private static String digest(Applying applying) {
    try (TextModel text = TextModel.read(applying.model(), applying.template())) {
      return text.digest();
    }
  }

  private Applying applying(Dossier content) {
    PromptTemplate.Kind template =
        Manifest.beside(model)
            .map(Manifest::template)
            .or(() -> ShardSet.beside(model).map(ShardSet::template))
            .orElseThrow(
                () ->
                    new InvalidRequest(
                        model + " has no " + Manifest.FILE + ", which says how it was trained"));
    return new Applying(
        model,
        corpus,
        content.decision(),
        Choice.RECIPE, // of approximate methods; exact ones have the model's own
        Tuning.USUAL,
        template,
        CHECKPOINT_EVERY,
        console);
  }

  /** What settles rounding and differs here from where the dossier was made. */
  private static List<String> elsewhere(Map<String, String> there) {
    Map<String, String> here = Native.describe();
    List<String> differences = new ArrayList<>();
    for (String name : new TreeSet<>(ROUNDING)) {
      String then = there.getOrDefault(name, "not told");
      String now = here.getOrDefault(name, "not told");
      if (!then.equals(now)) {
        differences.add(name + ": then " + then + ", now " + now);
      }
    }
    return differences;
  }
}
