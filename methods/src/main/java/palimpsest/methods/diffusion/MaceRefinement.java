package palimpsest.methods.diffusion;

import java.util.Map;
import java.util.function.Supplier;
import palimpsest.api.About;
import palimpsest.api.Check;

/**
 * MACE's refinement of the cross-attention, its first stage: the words around a concept are made to
 * say nothing of it.
 *
 * <pre>
 * min_W'  Σ |W' e^f - W e^g|² + λ₁ Σ |W' e^p - W e^p|² + λ₂ |W' - W|²
 * W' = (Σ W e^g e^fᵀ + λ₁ Σ W e^p e^pᵀ + λ₂ W) (Σ e^f e^fᵀ + λ₁ Σ e^p e^pᵀ + λ₂ I)⁻¹
 * </pre>
 *
 * <p>e^f is the state of a word in a prompt with the concept, e^g that of the same word with a
 * broader concept in its place, over the prompts of some templates ({@link Concept#around}); e^p
 * are states of captions. These enter only as Σ e^p e^pᵀ, the same for all maps, so that the
 * prior's whole memory is one matrix, {@link TextPairs#prior}. The third term is not the paper's
 * but its authors' configurations', for objects in place of the prior. It is the problem of UCE on
 * other states: the solution is one R.
 *
 * <p>The phrase itself is not touched. MACE leaves that to its second stage, a low-rank adapter
 * trained on images for each concept, without which it does not claim to erase.
 *
 * @param preserveScale λ₁, of a sum over states, not of a mean
 * @param keepScale λ₂; 0 only where the prior has states in all directions
 * @see <a href="https://arxiv.org/abs/2403.06135">Lu et al. 2024</a>
 */
public record MaceRefinement(double preserveScale, double keepScale) implements TextMapMethod {
  public MaceRefinement {
    Check.nonNegative(preserveScale, "preserveScale");
    Check.nonNegative(keepScale, "keepScale");
  }

  /**
   * λ₁ = 1e-4 as the authors have it for people and artists, λ₂ = 10, the smallest that they have
   * for objects, so that a small prior will do.
   */
  public static MaceRefinement defaults() {
    return new MaceRefinement(1e-4, 10);
  }

  @Override
  public String id() {
    return "image.mace-refinement";
  }

  @Override
  public About about() {
    return new About(
        "closed-form refinement of MACE",
        "W' = (sum W e_g e_f^T + preserveScale sum W e_p e_p^T + keepScale W) (sum e_f e_f^T + preserveScale sum e_p e_p^T + keepScale I)^-1 over the words around the concept, computed as W R with one R for all maps",
        "Lu et al. 2024, arXiv 2403.06135",
        "simplified: the refinement alone, without the adapters trained on images and their fusion, which MACE needs to erase the phrase itself",
        "the authors': preserveScale for people and artists with keepScale=0, keepScale for objects (10, 100 or 1000) without a prior",
        Map.of(
            "preserveScale",
            "weight of each state to keep, of a prior of many captions too, lambda_1",
            "keepScale",
            "weight of unchanged weights"));
  }

  @Override
  public Tokens tokens() {
    return Tokens.AROUND_SUBJECT;
  }

  @Override
  public Solution solve(TextPairs pairs, Supplier<Matrix> gram) {
    return new LeastSquares(1, preserveScale, keepScale).solve(pairs);
  }
}
