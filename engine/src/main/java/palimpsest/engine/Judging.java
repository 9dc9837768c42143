package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import palimpsest.api.Attack;
import palimpsest.api.Evidence;
import palimpsest.api.InvalidRequest;
import palimpsest.api.LanguageModel;
import palimpsest.api.Method;
import palimpsest.api.Score;
import palimpsest.api.Split;
import palimpsest.dossier.Attempt;
import palimpsest.metrics.Bootstrap;
import palimpsest.metrics.statistics.Interval;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.text.PromptTemplate;

/**
 * Evaluates or attacks one model, outside of a whole request.
 *
 * @param model folder of the model
 * @param reference the model retrained without the data, where there is one
 * @param original the model before the remedy, where it is at hand
 * @param suite what they are judged on
 * @param template how examples become tokens
 * @param guard what stands in front of the model, where something does
 * @param averages whether the logits of the model's shards are averaged, instead of their weights
 */
public record Judging(
    Path model,
    Optional<Path> reference,
    Optional<Path> original,
    Suite suite,
    PromptTemplate.Kind template,
    Console console,
    Optional<Guard> guard,
    boolean averages) {

  /** A model whose weights answer. */
  public Judging(
      Path model,
      Optional<Path> reference,
      Optional<Path> original,
      Suite suite,
      PromptTemplate.Kind template,
      Console console,
      Optional<Guard> guard) {
    this(model, reference, original, suite, template, console, guard, false);
  }

  /**
   * A suppression that was applied to the model.
   *
   * @param applying to what
   * @param method the suppression
   * @param out where it was applied
   */
  public record Guard(Applying applying, Method method, Path out) {
    Suppressing.Guarded before(TextModel raw) {
      Path done = out.resolve("applied.json");
      if (method.guarantee().isRemoval() || !Files.exists(done)) {
        throw new InvalidRequest(out + " is no folder to which " + method.id() + " was applied");
      }
      if (!applying.apply(method, out).before().equals(raw.digest())) {
        throw new InvalidRequest(out + " is of another model: give the one it was applied to");
      }
      return new Suppressing(applying, method).deploy(raw, out);
    }
  }

  /**
   * Scores of a model.
   *
   * @param digest of its parameters
   * @param scores by metric id
   * @param intervals 95 per cent bootstrap intervals over examples, of those scores that have one
   */
  public record Judgement(
      String digest, Map<String, Score> scores, Map<String, Interval> intervals) {

    /** Writes it to a new file. */
    public void write(Path file) {
      Outputs.requireNew(file);
      JsonFiles.write(file, this);
    }
  }

  /**
   * Every built-in metric.
   *
   * @param gradientNorms whether those that need gradients are measured too
   */
  public Judgement evaluate(int maxNewTokens, boolean gradientNorms) {
    Evidence subject = subject(maxNewTokens, gradientNorms);
    Optional<Evidence> retrained =
        reference.map(folder -> evidence(folder, maxNewTokens, gradientNorms));
    Optional<Evidence> before = original.map(folder -> evidence(folder, maxNewTokens, false));
    Map<String, Score> scores = Evaluating.scores(subject, retrained, before);
    return new Judgement(subject.digest(), scores, Bootstrap.defaults().intervals(scores));
  }

  private Evidence subject(int maxNewTokens, boolean gradientNorms) {
    if (guard.isEmpty()) {
      return evidence(model, maxNewTokens, gradientNorms);
    }
    if (gradientNorms) {
      throw new InvalidRequest(
          "gradients are of weights and not of a guard: leave one of both out");
    }
    if (averages) {
      throw new InvalidRequest(
          "a guard stands before weights and not before averaged logits: leave one of both out");
    }
    Manifest.requireTemplate(model, template);
    console.say("Evaluating " + model + " behind " + guard.get().method().id());
    try (TextModel raw = TextModel.read(model, template);
        Suppressing.Guarded deployed = guard.get().before(raw)) {
      return Evaluating.evidence(deployed.model(), suite, maxNewTokens);
    }
  }

  private Evidence evidence(Path folder, int maxNewTokens, boolean gradientNorms) {
    Manifest.requireTemplate(folder, template);
    console.say("Evaluating " + folder);
    if (averages && folder.equals(model)) {
      return averaged(folder, maxNewTokens, gradientNorms);
    }
    try (TextModel text = TextModel.read(folder, template)) {
      Evidence evidence = Evaluating.evidence(text, suite, maxNewTokens);
      return gradientNorms ? Evaluating.withGradientNorms(text, evidence) : evidence;
    }
  }

  /** The logits of the shards' adapters averaged instead of their weights. */
  private Evidence averaged(Path folder, int maxNewTokens, boolean gradientNorms) {
    if (gradientNorms) {
      throw new InvalidRequest(
          "gradients are of weights and not of averaged logits: leave one of both out");
    }
    ShardSet shards =
        ShardSet.beside(folder)
            .orElseThrow(
                () ->
                    new InvalidRequest(folder + " was not trained in shards: leave --average out"));
    try (ShardSet.Together together = new ShardSet.Together(folder, shards)) {
      Evidence evidence = Evaluating.evidence(together.model(), suite, maxNewTokens);
      return new Evidence(shards.digestOfAll(), evidence.items());
    }
  }

  /** Some attacks on the model, behind its guard and without it. */
  public List<Attempt> attack(List<Attack> attacks, double relearnRate, long seed) {
    try (Open open = new Open(template)) {
      Remembering raw = open.read(model);
      Attack.Situation situation =
          new Attack.Situation(
              suite.of(Split.FORGET),
              guard.map(g -> open.behind(g, raw)).orElse(raw),
              raw,
              open.read(original.orElseThrow(Judging::noOriginal)),
              reference.map(folder -> (LanguageModel) open.read(folder)),
              new Attacking(relearnRate),
              seed);
      List<Attempt> attempts = new ArrayList<>();
      try (Console.Bar bar = console.bar("Attacking", attacks.size())) {
        for (Attack attack : attacks) {
          attempts.add(Attacking.attempt(attack, situation));
          bar.at(attempts.size(), attack.id());
        }
      }
      return attempts;
    }
  }

  private static InvalidRequest noOriginal() {
    return new InvalidRequest("attacks compare with the model before the remedy: give --original");
  }

  /** Models that are closed together. */
  private static final class Open implements AutoCloseable {
    private final PromptTemplate.Kind template;
    private final List<TextModel> models = new ArrayList<>();
    private final List<Suppressing.Guarded> guards = new ArrayList<>();

    Open(PromptTemplate.Kind template) {
      this.template = template;
    }

    Remembering behind(Guard guard, Remembering raw) {
      Suppressing.Guarded deployed = guard.before(raw.model());
      guards.add(deployed);
      return new Remembering(deployed.model());
    }

    Remembering read(Path folder) {
      Manifest.requireTemplate(folder, template);
      TextModel text = TextModel.read(folder, template);
      models.add(text);
      return new Remembering(text);
    }

    @Override
    public void close() {
      guards.forEach(Suppressing.Guarded::close);
      models.forEach(TextModel::close);
    }
  }
}
