package palimpsest.methods.diffusion;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import palimpsest.api.About;
import palimpsest.api.Check;

/**
 * Reliable and efficient concept erasure: after an edit as of UCE it looks for the states that
 * still draw the concept and erases those too, some times over.
 *
 * <pre>
 * c' = argmin Σ_i |W_i c' - W_i⁰ c|² + λ |c'|² = (λ I + Σ W_iᵀ W_i)⁻¹ (Σ W_iᵀ W_i⁰) c
 * then UCE on the weights as they are: W_i c' to W_i c*, with weights 1, λ₁ (texts to keep), λ₂
 * </pre>
 *
 * <p>i runs over the maps, W⁰ are the weights before any edit, W those after the edits so far, c
 * the concept's own states. As W_i = W_i⁰ R, with G = Σ W_i⁰ᵀ W_i⁰ one matrix serves for all maps:
 *
 * <pre>c' = (λ I + Rᵀ G R)⁻¹ Rᵀ G c</pre>
 *
 * <p>Where R has an inverse and λ = 0, c' = R⁻¹ c. Each c' is erased towards the concept's guide;
 * the edits multiply. The authors keep the empty text, for styles some other artists, as many as
 * there are concepts.
 *
 * @param preserveScale λ₁
 * @param keepScale λ₂
 * @param regularScale λ: the larger, the shorter c' and the milder the edit
 * @param epochs how many times, after the first edit
 * @see <a href="https://arxiv.org/abs/2407.12383">Gong et al. 2024</a>
 */
public record Rece(double preserveScale, double keepScale, double regularScale, int epochs)
    implements TextMapMethod {

  /** What the authors set λ and the epochs by. */
  public enum Kind {
    NUDITY(0.1, 3),
    /** The other concepts of I2P. */
    UNSAFE(0.1, 2),
    STYLE(1e-3, 1),
    /** An object that UCE erases badly, such as a church. */
    HARD_OBJECT(1e-3, 1),
    /** An object that UCE erases well. */
    EASY_OBJECT(0.1, 1);

    private final double regularScale;
    private final int epochs;

    Kind(double regularScale, int epochs) {
      this.regularScale = regularScale;
      this.epochs = epochs;
    }
  }

  public Rece {
    Check.nonNegative(preserveScale, "preserveScale");
    Check.positive(keepScale, "keepScale");
    Check.nonNegative(regularScale, "regularScale");
    Check.atLeast(epochs, 0, "epochs");
  }

  /** λ₁ = λ₂ = 0.1 for all, λ and epochs as the authors have them for that kind of concept. */
  public static Rece of(Kind kind) {
    return new Rece(0.1, 0.1, kind.regularScale, kind.epochs);
  }

  /** For styles and for objects that are hard to erase. */
  public static Rece defaults() {
    return of(Kind.STYLE);
  }

  @Override
  public String id() {
    return "image.rece";
  }

  @Override
  public About about() {
    return new About(
        "reliable and efficient concept erasure",
        "UCE, then epochs times: c' = (regularScale I + sum W^T W)^-1 (sum W^T W0) c over all maps, UCE of c' towards the guide on the weights W as they are, with weights 1, preserveScale, keepScale",
        "Gong et al. 2024, arXiv 2407.12383",
        "variant: all tokens of the prompt from the first edit on, where the authors start from a checkpoint of UCE, made from the last token of the subject on; the number of epochs is given, where their code keeps the checkpoint with the lowest detection rate",
        "the authors', for styles and hard objects; regularScale=0.1 for the rest, with epochs=3 for nudity, 2 for other unsafe concepts, 1 for easy objects",
        Map.of(
            "preserveScale",
            "weight of the texts to keep, lambda_1 of the paper",
            "keepScale",
            "weight of unchanged weights, lambda_2 of the paper",
            "regularScale",
            "weight of a short c', lambda of the paper",
            "epochs",
            "how many times a state is looked for and erased after the first edit"));
  }

  @Override
  public Tokens tokens() {
    return Tokens.WHOLE_PROMPT;
  }

  @Override
  public Solution solve(TextPairs pairs, Supplier<Matrix> gram) {
    LeastSquares uce = new LeastSquares(1, preserveScale, keepScale);
    Solution at = uce.solve(pairs);
    if (at.edit().rank() == 0 || epochs == 0) {
      return at;
    }
    Matrix g = gram.get();
    for (int epoch = 0; epoch < epochs; epoch++) {
      Cholesky system = system(at.edit(), g);
      List<Concept> derived = new ArrayList<>();
      for (Concept concept : pairs.concepts()) {
        Matrix again = derive(system, at.edit(), g, concept.erase().states());
        derived.add(new Concept(new TextStates(concept.erase().name(), again), concept.guide()));
      }
      Solution next =
          uce.solve(new TextPairs(pairs.width(), derived, pairs.preserved(), pairs.prior()));
      double worst = Math.max(system.condition(), next.condition());
      at = new Solution(at.edit().then(next.edit()), Math.max(at.condition(), worst));
    }
    return at;
  }

  /** λ I + Rᵀ G R, (E, E). */
  private Cholesky system(TextMapEdit edit, Matrix g) {
    Matrix after = edit.apply(g); // G R
    Matrix both = edit.apply(after.transposed()); // Rᵀ G R, its own transpose
    return Cholesky.of(both.ridged(regularScale), "regularScale");
  }

  /** c' for each row c. */
  private static Matrix derive(Cholesky system, TextMapEdit edit, Matrix g, Matrix c) {
    Matrix wanted = edit.apply(c.times(g)); // cᵀ G R
    return system.solve(wanted.transposed()).transposed();
  }
}
