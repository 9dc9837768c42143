package palimpsest.engine.picture;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.guard.PromptFilter;
import palimpsest.methods.diffusion.Steering;
import palimpsest.torch.diffusion.Guidance;
import palimpsest.torch.diffusion.attack.Shield;
import palimpsest.torch.diffusion.text.ClipTokenizer;

/**
 * What keeps concepts from being shown while a model draws. The weights are as they were: whoever
 * has them draws without it.
 *
 * @param methods at most one that steers and one that refuses prompts; none for no suppression
 * @param concepts what is not to be shown, in words; at least one where there is a method
 */
public record Suppression(List<Method> methods, List<String> concepts) {
  /** Draws what is asked for. */
  public static final Suppression NONE = new Suppression(List.of(), List.of());

  public Suppression {
    methods = List.copyOf(methods);
    concepts = List.copyOf(concepts);
    for (Method method : methods) {
      if (!isOne(method)) {
        throw new InvalidRequest(
            method.id()
                + " changes weights and suppresses nothing while pictures are drawn: apply it, and"
                + " draw by its model");
      }
    }
    if (methods.isEmpty() != concepts.isEmpty()) {
      throw new InvalidRequest(
          methods.isEmpty()
              ? "no method suppresses " + concepts + ": give one"
              : methods.get(0).id() + " suppresses nothing without words: give a concept");
    }
    if (count(methods, Steering.class) > 1 || count(methods, PromptFilter.Rule.class) > 1) {
      throw new InvalidRequest(
          "one method at most can steer a drawing and one refuse prompts, got "
              + methods.stream().map(Method::id).toList());
    }
    if (!methods.isEmpty()) {
      Steering.text(concepts);
      filter(methods, concepts);
    }
  }

  /** Whether a method acts so. */
  public static boolean isOne(Method method) {
    return method instanceof Steering || method instanceof PromptFilter.Rule;
  }

  private static long count(List<Method> methods, Class<?> kind) {
    return methods.stream().filter(kind::isInstance).count();
  }

  private static Optional<PromptFilter> filter(List<Method> methods, List<String> concepts) {
    return methods.stream()
        .filter(PromptFilter.Rule.class::isInstance)
        .map(rule -> ((PromptFilter.Rule) rule).of(concepts))
        .findFirst();
  }

  /** What steers, where something does. */
  public Optional<Steering> steering() {
    return methods.stream()
        .filter(Steering.class::isInstance)
        .map(Steering.class::cast)
        .findFirst();
  }

  /** The concept for which a prompt is not drawn; empty where it is. */
  public Optional<String> refused(String prompt) {
    return filter(methods, concepts).flatMap(filter -> filter.named(prompt));
  }

  /**
   * Refuses what it would be without effect on.
   *
   * @param scale of classifier-free guidance
   * @param steps of the sampler
   * @throws InvalidRequest if nothing would be steered
   */
  public void requireActs(double scale, int steps) {
    if (steering().filter(s -> !s.acts(scale, steps)).isPresent()) {
      throw new InvalidRequest(
          steering().orElseThrow().id()
              + " does nothing in "
              + steps
              + " steps with guidance "
              + scale
              + ": give more of them, or other parameters of the method");
    }
  }

  /**
   * Refuses concepts of which a model would read the beginning alone.
   *
   * @throws InvalidRequest if they have too many tokens
   */
  public void requireReadable(ClipTokenizer tokenizer) {
    if (steering().isPresent()) {
      int got = tokenizer.tokens(Steering.text(concepts)).length;
      int most = tokenizer.length() - 2;
      if (got > most) {
        throw new InvalidRequest(
            "what is to be suppressed has "
                + got
                + " tokens, and the model reads "
                + most
                + ": give fewer or shorter concepts");
      }
    }
  }

  /** It as an attack meets it; empty where there is none. */
  public Optional<Shield> shield(int steps) {
    return methods.isEmpty() ? Optional.empty() : Optional.of(new InForce(this, steps));
  }

  /** Methods with parameters, and what they suppress. */
  @Override
  public String toString() {
    return methods.isEmpty()
        ? "no suppression"
        : methods.stream().map(m -> m.id() + m.parameters()).collect(Collectors.joining(" and "))
            + " of "
            + concepts;
  }

  private record InForce(Suppression suppression, int steps) implements Shield {
    @Override
    public String words() {
      return suppression.toString();
    }

    @Override
    public boolean refuses(String prompt) {
      return suppression.refused(prompt).isPresent();
    }

    @Override
    public boolean steers(double scale) {
      return suppression.steering().filter(s -> s.acts(scale, steps)).isPresent();
    }

    @Override
    public boolean filters() {
      return count(suppression.methods(), PromptFilter.Rule.class) > 0;
    }

    @Override
    public String concept() {
      return Steering.text(suppression.concepts());
    }

    @Override
    public <T> List<T> inOrder(T empty, T prompt, T concept) {
      return suppression.steering().orElseThrow().inOrder(empty, prompt, concept);
    }

    @Override
    public Guidance guidance(double scale) {
      return suppression.steering().orElseThrow().guidance(scale);
    }
  }
}
