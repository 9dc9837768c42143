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
 * @param wholePrompt 1 for all tokens of the padded prompt, as in the authors' first code, 0 for
 *     the last token of the subject alone, as in that of 2025
 * @see <a href="https://arxiv.org/abs/2308.14761">Gandikota et al. 2023</a>
 */
public record Uce(double eraseScale, double preserveScale, double keepScale, int wholePrompt)
    implements TextMapMethod {
  public Uce {
    Check.positive(eraseScale, "eraseScale");
    Check.nonNegative(preserveScale, "preserveScale");
    Check.positive(keepScale, "keepScale");
    Check.fraction(wholePrompt, "wholePrompt");
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
        "the authors' script of 2025; their first code has wholePrompt=1, keepScale=0.1 and preserveScale max(0.1, 1/n)",
        Map.of(
            "eraseScale",
            "weight of the concepts to erase",
            "preserveScale",
            "weight of the texts to keep",
            "keepScale",
            "weight of unchanged weights, lambda",
            "wholePrompt",
            "1 for all tokens of the padded prompt, 0 for the last token of the subject"));
  }

  @Override
  public Tokens tokens() {
    return wholePrompt == 1 ? Tokens.WHOLE_PROMPT : Tokens.LAST_OF_SUBJECT;
  }

  @Override
  public Solution solve(TextPairs pairs, Supplier<Matrix> gram) {
    return new LeastSquares(eraseScale, preserveScale, keepScale).solve(pairs);
  }
}
