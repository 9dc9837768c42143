package palimpsest.engine;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.llm.Refusals;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Alternatives;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Materials.Need;
import palimpsest.torch.train.ReferenceLogProb;

/** Gathers what a method looks at while it descends; closes what that needs. */
final class Gathering implements AutoCloseable {
  private final Materials materials;
  private final Optional<Llama> copy;

  private Gathering(Materials materials, Optional<Llama> copy) {
    this.materials = materials;
    this.copy = copy;
  }

  /**
   * What there is to gather from.
   *
   * @param text the starting model
   * @param forget examples to forget
   * @param forgetIds the same as the model reads them
   * @param retain examples to keep
   * @param epochs passes over the forget examples: as many answers are drawn for each at most
   * @param seed of what is drawn
   * @param staysAsItIs whether the starting model's own weights are not changed meanwhile
   */
  record Sources(
      TextModel text,
      List<Example> forget,
      List<TokenizedExample> forgetIds,
      List<Example> retain,
      int epochs,
      long seed,
      boolean staysAsItIs) {}

  /**
   * Gathers what is needed.
   *
   * @param alternates other answers to each forget example, where they are asked for
   */
  static Gathering of(Set<Need> needs, Sources from, List<List<String>> alternates) {
    Alternatives instead = Alternatives.NONE;
    if (needs.contains(Need.REFUSALS)) {
      instead = encode(from.text(), from.forget(), refusals(from.forget(), from));
    } else if (needs.contains(Need.ALTERNATES)) {
      instead = encode(from.text(), from.forget(), alternates);
    }
    Alternatives retainInstead =
        needs.contains(Need.RETAIN_REFUSALS)
            ? encode(from.text(), from.retain(), refusals(from.retain(), from))
            : Alternatives.NONE;
    ReferenceLogProb reference = ReferenceLogProb.NONE;
    if (needs.contains(Need.REFERENCE)) {
      Llama start = from.text().llama();
      reference =
          ReferenceLogProb.of(start, from.forgetIds())
              .and(ReferenceLogProb.of(start, instead.all()));
    }
    Optional<Llama> copy =
        needs.contains(Need.START) && !from.staysAsItIs()
            ? Optional.of(from.text().llama().copy())
            : Optional.empty();
    Optional<CausalLm> start =
        needs.contains(Need.START)
            ? Optional.of(copy.orElse(from.text().llama()))
            : Optional.empty();
    return new Gathering(new Materials(start, reference, instead, retainInstead), copy);
  }

  Materials materials() {
    return materials;
  }

  /** Refuses records without a question where answers to one are asked for. */
  static void requireQuestions(Set<Need> needs, List<Example> forget, List<Example> retain) {
    Set<Need> asked = EnumSet.of(Need.REFUSALS, Need.ALTERNATES);
    asked.retainAll(needs);
    List<Example> must = new ArrayList<>(asked.isEmpty() ? List.of() : forget);
    must.addAll(needs.contains(Need.RETAIN_REFUSALS) ? retain : List.of());
    for (Example e : must) {
      if (e.prompt().isEmpty()) {
        throw new InvalidRequest(
            e.id()
                + ": holds no question, and the method trains other answers to one: choose a method"
                + " that needs none, such as llm.npo");
      }
    }
  }

  /** As many refusals for each example as there are epochs, or lines. */
  private static List<List<String>> refusals(List<Example> examples, Sources from) {
    List<String> lines = Refusals.lines();
    int each = Math.min(from.epochs(), lines.size());
    List<List<String>> all = new ArrayList<>();
    for (Example e : examples) {
      Random random = new Random(from.seed() * 31 + e.id().hashCode());
      all.add(random.ints(0, lines.size()).distinct().limit(each).mapToObj(lines::get).toList());
    }
    return all;
  }

  private static Alternatives encode(
      TextModel text, List<Example> examples, List<List<String>> answers) {
    List<List<TokenizedExample>> all = new ArrayList<>();
    for (int i = 0; i < examples.size(); i++) {
      Example e = examples.get(i);
      all.add(text.encode(answers.get(i).stream().map(a -> e.with(e.prompt(), a)).toList()));
    }
    return new Alternatives(all);
  }

  @Override
  public void close() {
    copy.ifPresent(Llama::close);
  }
}
