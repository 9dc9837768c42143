package palimpsest.torch.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import palimpsest.torch.llm.TokenBatch;
import palimpsest.torch.text.TokenizedExample;

/**
 * Other answers to the prompts of a data set: refusals, or invented ones. The k-th epoch takes each
 * example's answer k mod n, so that a run meets them all and which one follows from the epoch
 * alone.
 *
 * @param of answers by the example's index in its data set, each example with its prompt
 */
public record Alternatives(List<List<TokenizedExample>> of) {
  public static final Alternatives NONE = new Alternatives(List.of());

  public Alternatives {
    of = of.stream().map(List::copyOf).toList();
  }

  /** The answers that stand in for those of a batch, with the whole step's denominators. */
  public Batch insteadOf(Batch batch) {
    int epoch = batch.step().epoch();
    List<TokenizedExample> rows = answers(batch.examples(), epoch);
    int[] step = batch.step().examples();
    return new Batch(
        rows,
        TokenBatch.of(rows),
        batch.examples(),
        new Batch.Step(answers(step, epoch), step, epoch));
  }

  private List<TokenizedExample> answers(int[] examples, int epoch) {
    return Arrays.stream(examples)
        .mapToObj(of::get)
        .map(answers -> answers.get(epoch % answers.size()))
        .toList();
  }

  /** All answers of all examples. */
  public List<TokenizedExample> all() {
    List<TokenizedExample> all = new ArrayList<>();
    of.forEach(all::addAll);
    return all;
  }
}
