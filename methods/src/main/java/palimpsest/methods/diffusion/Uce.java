package palimpsest.methods.diffusion;

import java.util.Map;
import java.util.function.Supplier;
import palimpsest.api.About;
import palimpsest.api.Check;

/**
 * Unified concept editing: the weights for which concepts give what their guides gave, with others
 * kept.
 *
 * <pre>
 * W = (λ W₀ + s Σ W₀ c* cᵀ + p Σ W₀ p pᵀ) (λ I + s Σ c cᵀ + p Σ p pᵀ)⁻¹ = W₀ R
 * R = I + s Σ (c* - c) cᵀ M⁻¹,  M = λ I + s Σ c cᵀ + p Σ p pᵀ
 * </pre>
 *
 * <p>The paper states the first line for each key and value map apart; all of them share R, which
 * is solved for once. With one concept and nothing to keep, {@code det R = (λ + s c·c*) / (λ + s
 * c·c)}.
 *
 * @param eraseScale s
 * @param preserveScale p
 * @param keepScale λ, the paper's regularisation
 * @param withPadding 0 for the last token of the subject alone, as in the authors' code of 2025, 1
 *     for that token and all after it to the end of the padded prompt, as in their first code,
 *     which keeps whole prompts, the empty one among them
 * @see <a href="https://arxiv.org/abs/2308.14761">Gandikota et al. 2023</a>
 */
public record Uce(double eraseScale, double preserveScale, double keepScale, int withPadding)
    implements TextMapMethod {
  public Uce {
    Check.positive(eraseScale, "eraseScale");
    Check.nonNegative(preserveScale, "preserveScale");
    Check.positive(keepScale, "keepScale");
    Check.fraction(withPadding, "withPadding");
  }

  /** s = 1, p = 1, λ = 0.5, last token of the subject: the authors' script of 2025. */
  public static Uce defaults() {
    return new Uce(1, 1, 0.5, 0);
  }

  @Override
  public String id() {
    return "image.uce";
  }

  @Override
  public About about() {
    return new About(
        "unified concept editing",
        "W = (keepScale W0 + eraseScale sum W0 c* c^T + preserveScale sum W0 p p^T) (keepScale I + eraseScale sum c c^T + preserveScale sum p p^T)^-1, computed as W0 R with one R for all maps",
        "Gandikota et al. 2023, arXiv 2308.14761",
        "faithful for erasure; the paper's debiasing and moderation are other targets and not here; biases are not part of a target",
        "the authors' script of 2025; their first code has withPadding=1, keepScale=0.1, preserveScale=0.1 and always keeps the empty text",
        Map.of(
            "eraseScale",
            "weight of the concepts to erase",
            "preserveScale",
            "weight of the texts to keep",
            "keepScale",
            "weight of unchanged weights, lambda",
            "withPadding",
            "0 for the last token of the subject, 1 for it and all after it in the padded prompt"));
  }

  @Override
  public Tokens tokens() {
    return withPadding == 1 ? Tokens.FROM_LAST_OF_SUBJECT : Tokens.LAST_OF_SUBJECT;
  }

  @Override
  public Solution solve(TextPairs pairs, Supplier<Matrix> gram) {
    return new LeastSquares(eraseScale, preserveScale, keepScale).solve(pairs);
  }
}
