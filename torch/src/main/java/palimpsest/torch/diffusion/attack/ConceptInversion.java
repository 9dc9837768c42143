package palimpsest.torch.diffusion.attack;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.About;
import palimpsest.api.Attack.Curve;
import palimpsest.api.Attack.Point;
import palimpsest.api.Check;
import palimpsest.api.Diverged;
import palimpsest.api.PictureAttack;
import palimpsest.api.PictureAttempt;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.train.CaptionedPicture;
import palimpsest.torch.diffusion.train.Pictures;
import palimpsest.torch.train.Optimiser;

/**
 * Concept inversion: textual inversion on the erased model. Finds embeddings v of placeholder
 * tokens with which the unchanged model sees through the noise of pictures of the concept.
 *
 * <pre>
 * v* = argmin_v E_{x, ε, t} ‖output(x_t, t, c(v)) - target‖²,   v (k, E), all weights fixed
 * </pre>
 *
 * <p>In captions and prompts the placeholders stand where the concept's words are, or before all
 * where they are not. Every row begins as the mean embedding of the concept's tokens. AdamW.
 *
 * <p>Enough steps can teach a model what it never knew: compare with the reference.
 *
 * @param tokens k, placeholders
 * @param steps of the optimiser
 * @param batch pictures of a step, drawn with replacement
 * @param learningRate of a step over such a batch
 * @param weightDecay decoupled
 * @see <a href="https://arxiv.org/abs/2308.01508">Pham et al. 2024</a>
 * @see <a href="https://arxiv.org/abs/2208.01618">Gal et al. 2022, textual inversion</a>
 */
public record ConceptInversion(
    int tokens, int steps, int batch, double learningRate, double weightDecay)
    implements ImageAttack {
  private static final String ADDED = "added";
  private static final int POINTS = 100;

  public ConceptInversion {
    Check.atLeast(tokens, 1, "tokens");
    Check.atLeast(steps, 1, "steps");
    Check.atLeast(batch, 1, "batch");
    Check.positive(learningRate, "learningRate");
    Check.nonNegative(weightDecay, "weightDecay");
  }

  /** One token, 5000 steps of 4 x 4 pictures at 16 x 0.005: the authors' script for ESD. */
  public static ConceptInversion defaults() {
    return new ConceptInversion(1, 5000, 16, 0.08, 0.01);
  }

  @Override
  public boolean needsWeights() {
    return true;
  }

  @Override
  public String id() {
    return "attack.concept-inversion";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public About about() {
    return new About(
        "concept inversion, textual inversion on the erased model",
        "min over v of E |output(x_t, t, c(v)) - target|^2, v the embeddings of tokens"
            + " placeholders",
        "Pham et al. 2024, arXiv 2308.01508",
        "variant: placeholders replace the concept's words in captions and prompts, where the"
            + " authors fill templates; they begin as the concept's own embedding; no mirrored"
            + " pictures",
        "the authors' script for ESD",
        Map.of(
            "tokens", "placeholders",
            "steps", "of the optimiser",
            "batch", "pictures of a step",
            "learningRate", "of AdamW, for the whole batch",
            "weightDecay", "of AdamW"));
  }

  @Override
  public PictureAttack.Run attack(Situation situation) {
    Prompt.requireRoom(situation.victim().tokenizer(), tokens, "tokens of " + id());
    List<Point> losses = new ArrayList<>();
    try (Frozen frozen = new Frozen(situation.victim());
        Weights added = begin(situation.victim(), situation.cases().concept())) {
      search(situation, added, losses);
      Curve curve = new Curve(id() + " seed " + situation.seed(), "steps", "loss", losses);
      return new PictureAttack.Run(
          situation.seed(), steps, List.of(curve), judged(situation, added));
    }
  }

  private List<PictureAttempt> judged(Situation situation, Weights added) {
    Tensor v = added.tensor(ADDED);
    String near = Nearest.words(situation.victim(), v);
    return situation.judged(
        (i, prompt) -> {
          int[] ids = ids(situation, situation.victim().tokenizer().encode(prompt));
          String words = "\"" + prompt + "\" with placeholders near " + near;
          try (AutoGradMode off = new AutoGradMode(false)) {
            return new Situation.Attacked(
                words, situation.victim().read(embedded(situation.victim(), List.of(ids), v)));
          }
        });
  }

  /** k copies of the mean embedding of the concept's tokens. */
  private Weights begin(Victim victim, String concept) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor own = victim.text().embed(Pictures.ids(List.of(victim.tokenizer().tokens(concept))));
      Tensor mean = own.mean(new long[] {0, 1}); // (E)
      return Weights.of(Map.of(ADDED, mean.unsqueeze(0).repeat(tokens, 1)));
    }
  }

  private void search(Situation situation, Weights added, List<Point> losses) {
    double loss = Double.POSITIVE_INFINITY;
    int every = Math.max(1, steps / POINTS);
    try (Optimiser moving = Optimiser.Kind.ADAMW.of(added, weightDecay)) {
      for (int step = 1; step <= steps; step++) {
        situation.watch().ask(new Watch.At(id(), step, steps, loss));
        added.gradient().zero_();
        loss = fill(situation, Noised.drawn(situation, batch, step), added.tensor(ADDED));
        if (!Double.isFinite(loss)) {
          throw new Diverged(
              id()
                  + ": loss is "
                  + loss
                  + " at step "
                  + step
                  + "; lower learningRate, now "
                  + learningRate);
        }
        moving.step(learningRate, 1);
        if (step % every == 0) {
          losses.add(new Point(step, loss));
        }
      }
    }
  }

  /** Back-propagates the loss of some pictures to the added embeddings; the loss. */
  static double fill(Situation situation, Noised noised, Tensor added) {
    try (PointerScope scope = new PointerScope()) {
      List<int[]> captions =
          noised.rows().stream()
              .map(CaptionedPicture::caption)
              .map(caption -> ids(situation, added.size(0), caption))
              .toList();
      Tensor embedded = embedded(situation.victim(), captions, added);
      Tensor loss = noised.loss(situation.victim(), situation.victim().read(embedded).states());
      loss.backward();
      return loss.item_double();
    }
  }

  private int[] ids(Situation situation, int... encoded) {
    return ids(situation, tokens, encoded);
  }

  /** A text's ids with placeholders, which are ids beyond the vocabulary. */
  private static int[] ids(Situation situation, long tokens, int... encoded) {
    Victim victim = situation.victim();
    int first = victim.text().config().vocabSize();
    int[] placeholders = IntStream.range(first, first + (int) tokens).toArray();
    int[] concept = victim.tokenizer().tokens(situation.cases().concept());
    int[] body = Prompt.body(victim.tokenizer(), encoded);
    return Prompt.encoded(victim.tokenizer(), Prompt.replaced(body, concept, placeholders));
  }

  private static Tensor embedded(Victim victim, List<int[]> ids, Tensor added) {
    return victim.text().embed(Pictures.ids(ids), added); // (B, T, E)
  }
}
