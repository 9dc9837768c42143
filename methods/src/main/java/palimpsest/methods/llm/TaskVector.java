package palimpsest.methods.llm;

import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Check;
import palimpsest.api.Recipe;
import palimpsest.methods.StagedMethod;
import palimpsest.methods.Stages;
import palimpsest.torch.Scopes;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.Objective;

/**
 * Task arithmetic: trains a copy further on the forget set and goes as many times that way back.
 *
 * <pre>θ ← θ - a (θ_ft - θ)</pre>
 *
 * <p>Every parameter moves, embeddings and norm gains included. The retain set is not read.
 *
 * @param scale how often the way is gone back, a; 0 changes nothing
 * @see <a href="https://arxiv.org/abs/2212.04089">Ilharco et al. 2022</a>
 */
public record TaskVector(double scale) implements StagedMethod {
  public TaskVector {
    Check.nonNegative(scale, "scale");
  }

  /** a = 1, the largest that the paper tries; MUSE (arXiv 2407.06460) runs 5. */
  public static TaskVector defaults() {
    return new TaskVector(1);
  }

  @Override
  public String id() {
    return "llm.task-vector";
  }

  @Override
  public About about() {
    return new About(
        "task vector, subtracted",
        "theta - scale (theta_ft - theta), theta_ft trained further on the forget set by nll",
        "Ilharco et al. 2022, arXiv 2212.04089",
        "faithful",
        "the paper's largest; it tunes 0 to 1 on held-out data, MUSE runs 5",
        Map.of("scale", "how often the way to theta_ft is gone back"));
  }

  @Override
  public int steps(Recipe recipe, int forget, int retain) {
    return recipe.steps(forget);
  }

  @Override
  public void change(Stages stages) {
    Llama tuned = stages.copy();
    Objective nll = Objective.of(Loss.NLL);
    stages.descend("tune", tuned, stages.forget(), List.of(), nll, stages.recipe());
    Tensor theta = stages.model().weights().flat(); // (P)
    Scopes.withoutGradient(
        () -> theta.sub_(tuned.weights().flat().sub_(theta), new Scalar(scale)).numel());
  }
}
