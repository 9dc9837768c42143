package palimpsest.methods.diffusion.descent;

import static org.bytedeco.pytorch.global.torch.cosine_similarity;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.Scopes;

/**
 * Facilitated transport: how strongly additions that erase a concept act on a prompt.
 *
 * <pre>γ(p, c) = max( cos(states of p, states of c), |tokens(p) ∩ tokens(c)| / |tokens(c)| )</pre>
 *
 * <p>States are those of all tokens of the padded texts, (T, E), as one vector; tokens are sets,
 * without those that begin, end and fill. So a prompt that names the concept by its words opens the
 * gate whatever else it says, and one that means it in other words opens it as far as its states
 * are like. Padded texts are alike in their first state and their filling: as a rule no prompt
 * closes it altogether. A gate suppresses outputs by prompt; the weights below stay as they are.
 *
 * @param texts the model's own
 * @param concept what the additions were trained to erase
 * @see <a href="https://arxiv.org/abs/2312.16145">Lyu et al. 2024</a>
 */
public record Transport(ClipTexts texts, String concept) {

  /** γ of a prompt, in [0, 1], for {@link RankOne#at}. */
  public double gate(String prompt) {
    Set<Integer> own = words(concept);
    Set<Integer> shared = words(prompt);
    shared.retainAll(own);
    return Math.max(Math.min(1, cosine(prompt)), (double) shared.size() / own.size());
  }

  private Set<Integer> words(String text) {
    return IntStream.of(texts.tokenizer().tokens(text)).boxed().collect(Collectors.toSet());
  }

  private double cosine(String prompt) {
    return Scopes.withoutGradient(
        () -> {
          Tensor ids = texts.ids(List.of(prompt, concept)); // (2, T)
          Tensor states = texts.encoder().encode(ids).last().flatten(1, -1); // (2, T E)
          return cosine_similarity(states.narrow(0, 0, 1), states.narrow(0, 1, 1), 1, 1e-8)
              .item_double();
        });
  }
}
