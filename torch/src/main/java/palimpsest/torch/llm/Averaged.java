package palimpsest.torch.llm;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Several models on the same tokens, the mean of whose logits is drawn from: their geometric mean.
 *
 * @param models of one vocabulary, at least one
 */
record Averaged(List<Predictor> models) implements Predictor {
  Averaged {
    models = List.copyOf(models);
  }

  @Override
  public int positions() {
    return models.stream().mapToInt(Predictor::positions).min().orElseThrow();
  }

  @Override
  public LabelLogits labels(TokenBatch batch) {
    List<LabelLogits> all = models.stream().map(m -> m.labels(batch)).toList();
    return (from, count) -> mean(all, l -> l.slice(from, count));
  }

  @Override
  public Reading read(int[] padding, int capacity) {
    List<Reading> all = new ArrayList<>();
    models.forEach(m -> all.add(m.read(padding, capacity)));
    return new Together(all);
  }

  private static <T> Tensor mean(List<T> of, Function<T, Tensor> logits) {
    Tensor sum = logits.apply(of.get(0)).clone();
    of.subList(1, of.size()).forEach(each -> sum.add_(logits.apply(each)));
    return sum.div_(new Scalar((double) of.size()));
  }

  private record Together(List<Reading> all) implements Reading {
    @Override
    public Tensor next(long[] ids, int width) {
      return mean(all, r -> r.next(ids, width)); // (B, V)
    }

    @Override
    public void select(int[] rows) {
      all.forEach(r -> r.select(rows));
    }

    @Override
    public void close() {
      all.forEach(Reading::close);
    }
  }
}
