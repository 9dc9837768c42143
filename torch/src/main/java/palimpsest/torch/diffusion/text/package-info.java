/**
 * Texts for image diffusion: CLIP's tokenizer and text encoders.
 *
 * <p>{@link palimpsest.torch.diffusion.text.ClipTokenizer} makes ids of prompts, {@link
 * palimpsest.torch.diffusion.text.ClipText} makes states of ids, as a {@link
 * palimpsest.torch.diffusion.text.ClipTextConfig} says.
 *
 * <p>Shapes: {@code B} texts, {@code T} tokens, {@code E} width, {@code N} heads, {@code K} head
 * size, {@code A} added tokens, {@code P} width of the projection.
 *
 * @see <a href="https://arxiv.org/abs/2103.00020">Radford et al. 2021</a>
 */
@NullMarked
package palimpsest.torch.diffusion.text;

import org.jspecify.annotations.NullMarked;
