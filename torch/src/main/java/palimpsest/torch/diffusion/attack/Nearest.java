package palimpsest.torch.diffusion.attack;

import static org.bytedeco.pytorch.global.torch.arange;
import static org.bytedeco.pytorch.global.torch.matmul;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;

/** Embeddings beside the vocabulary's. */
final class Nearest {
  private Nearest() {}

  /** Embeddings of the whole vocabulary, (V, E), in the caller's scope. */
  static Tensor table(Victim victim) {
    return Scopes.constant(
        () -> victim.text().embed(arange(new Scalar(victim.text().config().vocabSize()))));
  }

  /** The tokens whose embeddings have the largest cosine with each of some, as spelled. */
  static String words(Victim victim, Tensor embeddings) {
    return Scopes.withoutGradient(
        () -> {
          Tensor table = table(victim);
          Tensor lengths = table.square().sum(1).sqrt().clamp_min(new Scalar(1e-12)); // (V)
          Tensor cosines = matmul(embeddings, table.t()).div(lengths); // (k, V), but for a factor
          int known = Math.min(victim.tokenizer().size(), (int) table.size(0));
          Tensor best = cosines.narrow(1, 0, known).argmax(new LongOptional(1), false);
          LongPointer ids = best.data_ptr_long();
          return IntStream.range(0, (int) best.numel())
              .mapToObj(i -> victim.tokenizer().token((int) ids.get(i)))
              .collect(Collectors.joining(" "));
        });
  }
}
