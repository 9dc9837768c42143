package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import palimpsest.api.Check;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Decision;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.api.Recipe;
import palimpsest.api.Unfit;
import palimpsest.api.UnsupportedModel;
import palimpsest.discovery.Corpus;
import palimpsest.methods.Assisted;
import palimpsest.methods.DescentMethod;
import palimpsest.methods.RetainLoss;
import palimpsest.methods.StagedMethod;
import palimpsest.methods.Tuning;
import palimpsest.methods.exact.Replay;
import palimpsest.methods.exact.Retrain;
import palimpsest.methods.exact.Shards;
import palimpsest.methods.suppression.InContext;
import palimpsest.torch.llm.Adapter;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.text.PromptTemplate;

/**
 * Applies one method to a model and a decision.
 *
 * <pre>
 * OUT/run/         ledger and checkpoints, where weights are changed; a folder for each stage
 * OUT/model/       the changed model, where weights are changed
 * OUT/adapter/     what was trained, where that is a low-rank adapter, as PEFT lays it out
 * OUT/assistant/   a second model, where one is to answer beside the first
 * OUT/applied.json what was done
 * </pre>
 *
 * @param model folder of the model
 * @param corpus what it was trained on
 * @param decision what is to be forgotten
 * @param recipe how approximate methods descend
 * @param tuning what of the model they train, and how their steps are made
 * @param template how examples become tokens
 * @param checkpointEvery steps between checkpoints
 * @param names of the target, for methods that tell the model what not to speak of; possibly none
 */
public record Applying(
    Path model,
    Corpus corpus,
    Decision decision,
    Recipe recipe,
    Tuning tuning,
    PromptTemplate.Kind template,
    int checkpointEvery,
    Console console,
    List<String> names) {
  public Applying {
    names = List.copyOf(names);
    names.forEach(name -> Check.notBlank(name, "name of the target"));
  }

  /** The same for a target that has no names. */
  public Applying(
      Path model,
      Corpus corpus,
      Decision decision,
      Recipe recipe,
      Tuning tuning,
      PromptTemplate.Kind template,
      int checkpointEvery,
      Console console) {
    this(model, corpus, decision, recipe, tuning, template, checkpointEvery, console, List.of());
  }

  /**
   * What was done.
   *
   * @param method id
   * @param steps optimiser steps taken
   * @param seconds wall-clock time of the process that finished it
   * @param before digest of the weights before
   * @param after digest of the weights after; the same where only outputs are constrained
   * @param ledger hash of the run's last ledger line; empty where nothing was trained
   * @param settings fingerprint of the method, its parameters and all it was applied to
   * @param assistant digest of a second model that answers beside the first; empty where there is
   *     none
   * @param elsewhere how the machine differs from that of the steps which a replay took over;
   *     absent where it was not a replay, or one that is exact bit for bit
   */
  public record Applied(
      String method,
      int steps,
      double seconds,
      String before,
      String after,
      String ledger,
      String settings,
      String assistant,
      Optional<List<String>> elsewhere) {
    public Applied {
      elsewhere = elsewhere.map(List::copyOf);
    }

    /** What was done with a second model. */
    public Applied(
        String method,
        int steps,
        double seconds,
        String before,
        String after,
        String ledger,
        String settings,
        String assistant) {
      this(method, steps, seconds, before, after, ledger, settings, assistant, Optional.empty());
    }

    /** What was done without a second model. */
    public Applied(
        String method,
        int steps,
        double seconds,
        String before,
        String after,
        String ledger,
        String settings) {
      this(method, steps, seconds, before, after, ledger, settings, "");
    }
  }

  /** Applies the method, or finds it applied. */
  public Applied apply(Method method, Path out) {
    Path done = out.resolve("applied.json");
    if (Files.exists(done)) {
      Applied there = JsonFiles.read(done, Applied.class);
      if (!there.method().equals(method.id())) {
        throw new InvalidRequest(
            out + " holds " + there.method() + ", wanted " + method.id() + ": give another --out");
      }
      if (!there.settings().equals(settings(method))) {
        throw new InvalidRequest(
            out
                + " holds "
                + there.method()
                + " with other parameters or names, or of another model, corpus or decision: give those, or"
                + " another folder");
      }
      return there;
    }
    boolean begun = Files.exists(out.resolve("run")) || Files.exists(out.resolve("shards"));
    if (Files.exists(out.resolve("model")) && !begun) {
      throw new InvalidRequest(
          out.resolve("model") + " is there and no method made it: give another --out");
    }
    require(method);
    tellOfMissingData();
    Outputs.folder(out);
    long from = System.nanoTime();
    Applied applied;
    if (method instanceof Retrain) {
      applied = new Retraining(this).apply(method, out, from);
    } else if (method instanceof Replay replay) {
      applied = new Replaying(this, replay).apply(out, from);
    } else if (method instanceof Shards shards) {
      applied = new Resharding(this, shards).apply(out, from);
    } else if (method instanceof DescentMethod descent) {
      Changing.Changed changed = new Changing(this, out).descend(descent);
      applied = applied(method, recipe.steps(forget().size()), from, changed);
    } else if (method instanceof StagedMethod staged) {
      Changing.Changed changed = new Changing(this, out).stage(staged);
      int steps = staged.steps(recipe, forget().size(), retain().size());
      applied = applied(method, steps, from, changed);
    } else {
      applied = new Suppressing(this, method).apply(out, from);
    }
    JsonFiles.write(done, applied);
    return applied;
  }

  /** Retraining refuses it; other methods then keep what they are given. */
  private void tellOfMissingData() {
    Manifest.beside(model)
        .filter(m -> !corpus.fileDigests().values().containsAll(m.corpus().values()))
        .ifPresent(
            m ->
                console.say(
                    "The corpus given lacks some of what the model was trained on, "
                        + m.corpus().keySet()
                        + ": what it lacks is not kept"));
  }

  /**
   * Refuses, before anything is trained, what the method could not be applied to.
   *
   * @throws Unfit if the method does not fit the model, the corpus or a record
   * @throws CorruptArtifact if the model is not what its manifest says
   */
  public void require(Method method) {
    Manifest.requireTemplate(model, template);
    try (TextModel text = TextModel.read(model, template)) {
      if (method instanceof Retrain) {
        new Retraining(this).require(text.digest());
      } else if (method instanceof Replay replay) {
        new Replaying(this, replay).require(text.digest());
      } else if (method instanceof Shards shards) {
        new Resharding(this, shards).require(text.digest());
      } else {
        requireFits(method, text);
      }
    }
  }

  private void requireFits(Method method, TextModel text) {
    try {
      if (method instanceof DescentMethod descent) {
        requireDescendable(descent, text);
      } else if (method instanceof StagedMethod staged) {
        text.encode(forget());
        text.encode(retain());
        staged.require(text.llama());
        if (staged.needsQuestions()) {
          Gathering.requireQuestions(forget());
          Gathering.requireQuestions(retain());
        }
      } else {
        new Suppressing(this, method).require(text);
      }
    } catch (InvalidRequest | UnsupportedModel e) {
      throw new Unfit(e.getMessage(), e);
    }
  }

  private void requireDescendable(DescentMethod method, TextModel text) {
    text.encode(forget());
    List<Example> kept = method.needsRetain() ? retain() : List.of();
    text.encode(kept);
    if (method.needsRetain() && kept.isEmpty()) {
      throw new InvalidRequest(
          method.id()
              + " has a loss on records to keep, and none is left: all are to be forgotten; give"
              + " retainWeight=0 or a method without one");
    }
    RetainLoss keeping = tuning.retain().orElse(method.retainLoss());
    method
        .retainLoss()
        .requireFits(text.llama()); // also where another takes its place: RMU's layer
    keeping.requireFits(text.llama());
    Gathering.requireQuestions(method.needs(keeping), forget(), kept);
    tuning.trained().over(text.llama(), recipe.seed()).ifPresent(Adapter::close);
  }

  private Applied applied(Method method, int steps, long from, Changing.Changed changed) {
    return new Applied(
        method.id(),
        steps,
        since(from),
        changed.before(),
        changed.after(),
        changed.ledger(),
        settings(method));
  }

  /** What was done where no weight changes and nothing was trained. */
  Applied suppressed(Method method, String weights, long from) {
    return new Applied(method.id(), 0, since(from), weights, weights, "", settings(method));
  }

  /** Fingerprint of the method, its parameters and all that it is applied to. */
  String settings(Method method) {
    return Fingerprints.of(
        method.id(),
        method.parameters() + (method instanceof InContext ? names.toString() : ""),
        descends(method) ? recipe.toString() : "",
        tuning.toString(),
        Fingerprints.of(model),
        corpus.digest(),
        decision.examples().toString(),
        method.guarantee().isRemoval() ? "" : decision.leftOut().toString(),
        template.name());
  }

  /** Whether the recipe applies to a method. */
  static boolean descends(Method method) {
    return method instanceof DescentMethod
        || method instanceof StagedMethod
        || method instanceof Assisted;
  }

  /** The records to forget, in the order of the corpus. */
  public List<Example> forget() {
    Set<String> ids = new HashSet<>(decision.examples());
    return corpus.examples().stream().filter(e -> ids.contains(e.id())).toList();
  }

  /** The rest of the corpus, less what an earlier request has taken out of it. */
  List<Example> retain() {
    Set<String> ids = new HashSet<>(decision.examples());
    Manifest.beside(model).ifPresent(m -> ids.addAll(m.without()));
    ShardSet.beside(model).ifPresent(s -> ids.addAll(s.without()));
    return corpus.examples().stream().filter(e -> !ids.contains(e.id())).toList();
  }

  /** The rest of the corpus without the copies of the target that a decision left in it. */
  List<Example> keptForGood() {
    Set<String> copies = Set.copyOf(decision.leftOut());
    return retain().stream().filter(e -> !copies.contains(e.id())).toList();
  }

  static double since(long from) {
    return (System.nanoTime() - from) / 1e9;
  }
}
