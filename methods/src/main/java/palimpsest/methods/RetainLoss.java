package palimpsest.methods;

import static org.bytedeco.pytorch.global.torch.log_softmax;

import java.util.Locale;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Scopes;
import palimpsest.torch.llm.CausalLm;
import palimpsest.torch.train.Batch;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.Materials;
import palimpsest.torch.train.Materials.Need;

/** What keeps the rest as it was: a loss over retain examples, of a method's own or chosen. */
public interface RetainLoss {

  /**
   * {@code nll}, {@code kl}, {@code hidden} or {@code hidden:LAYER}; a method's own has its own
   * name.
   */
  String name();

  /** What it looks at. */
  default Set<Need> needs() {
    return Set.of();
  }

  /**
   * A micro-batch's share of the loss.
   *
   * @return (), gradients recorded
   */
  Tensor of(CausalLm model, Batch retain, Materials materials);

  /** Next-token negative log-likelihood, mean over the step's label tokens. */
  record Likelihood() implements RetainLoss {
    @Override
    public String name() {
      return "nll";
    }

    @Override
    public Tensor of(CausalLm model, Batch retain, Materials materials) {
      return Loss.nll(model, retain);
    }
  }

  /**
   * Divergence of the model from the starting one, forward: KL(p_start || p), mean over the step's
   * label tokens.
   */
  record Divergence() implements RetainLoss {
    @Override
    public String name() {
      return "kl";
    }

    @Override
    public Set<Need> needs() {
      return Set.of(Need.START);
    }

    @Override
    public Tensor of(CausalLm model, Batch retain, Materials materials) {
      Tensor before =
          Scopes.constant(
              () -> log_softmax(materials.frozen().labelLogits(retain.tokens()), 1)); // (L, V)
      Tensor now = log_softmax(model.labelLogits(retain.tokens()), 1); // (L, V)
      return retain.tokenMean(before.exp().mul(before.sub(now)).sum(1));
    }
  }

  /**
   * Squared distance of hidden states from the starting model's, mean over dimensions and the
   * step's label tokens.
   *
   * @param layer decoder layer after which they are taken, from 0; -1 for the layer that stands
   *     where 7 does among 32: a model's number of layers times 7/32, rounded down
   */
  record Hidden(int layer) implements RetainLoss {
    public Hidden {
      Check.atLeast(layer, -1, "layer");
    }

    @Override
    public String name() {
      return layer < 0 ? "hidden" : "hidden:" + layer;
    }

    @Override
    public Set<Need> needs() {
      return Set.of(Need.START);
    }

    @Override
    public Tensor of(CausalLm model, Batch retain, Materials materials) {
      Tensor before = Scopes.constant(() -> states(materials.frozen(), retain)); // (L, E)
      Tensor apart = states(model, retain).sub(before); // (L, E)
      return retain.tokenMean(apart.square().mean(1)); // ()
    }

    /**
     * Hidden states of a batch's label tokens after the layer, (L, E), gradients recorded.
     *
     * @throws InvalidRequest if the model has no such layer
     */
    public Tensor states(CausalLm model, Batch batch) {
      int layers = model.layers();
      if (layer >= layers) {
        throw new InvalidRequest(
            String.format(
                Locale.ROOT,
                "layer must be at most %d, got %d: the model has %d decoder layers, numbered from 0",
                layers - 1,
                layer,
                layers));
      }
      return model.labelStates(batch.tokens(), layer < 0 ? layers * 7 / 32 : layer); // (L, E)
    }
  }
}
