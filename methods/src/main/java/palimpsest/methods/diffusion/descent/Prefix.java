package palimpsest.methods.diffusion.descent;

import static org.bytedeco.pytorch.global.torch.cat;

import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import palimpsest.torch.Scopes;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.text.ClipText;

/**
 * Embeddings put between the begin token and a text, so that the text's last padding falls away:
 * adversarial tokens that need not be of the vocabulary.
 *
 * <p>Lives as long as the scope that its ids were made in.
 *
 * @param encoder by which it is read
 * @param ids of B texts, (B, T)
 */
record Prefix(ClipText encoder, Tensor ids) {

  /**
   * What the denoiser reads, gradients recorded.
   *
   * @param added δ, (B, A, E); A may be 0
   * @return (B, T, E)
   */
  Conditioning read(Tensor added) {
    Tensor plain = encoder.embed(ids); // (B, T, E)
    long length = plain.size(1);
    long more = added.size(1);
    Tensor begin = plain.narrow(1, 0, 1);
    Tensor rest = plain.narrow(1, 1, length - 1 - more);
    Tensor all = cat(new TensorVector(begin, added, rest), 1); // (B, T, E)
    return Conditioning.of(encoder.states(all).last());
  }

  /** Embeddings of tokens as a start, (B, A, E), a constant in the caller's scope. */
  Tensor embedded(Tensor tokens) {
    return Scopes.constant(() -> encoder.embed(tokens));
  }

  /**
   * Steps of sign descent.
   *
   * <pre>δ <- δ - ξ sign(∇_δ loss)</pre>
   *
   * @param from δ at first, (B, A, E); left as it is
   * @param loss of δ, ()
   * @return δ at last, a constant in the caller's scope
   */
  static Tensor attacked(Tensor from, Attack attack, Function<Tensor, Tensor> loss) {
    Tensor added = Scopes.constant(from::clone);
    for (int k = 0; k < attack.steps; k++) {
      try (PointerScope scope = new PointerScope()) {
        Tensor leaf = added.detach();
        leaf.set_requires_grad(true);
        loss.apply(leaf).backward();
        try (AutoGradMode off = new AutoGradMode(false)) {
          added.sub_(leaf.grad().sign(), new Scalar(attack.rate));
        }
      }
    }
    return added;
  }

  /**
   * How hard.
   *
   * @param steps how many
   * @param rate ξ
   */
  record Attack(int steps, double rate) {}
}
