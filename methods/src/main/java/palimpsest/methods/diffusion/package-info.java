/**
 * Erasure of concepts from text-conditioned image diffusion.
 *
 * <p>In closed form, all on one {@link palimpsest.methods.diffusion.TextMapEdit}: {@link
 * palimpsest.methods.diffusion.Uce} (Gandikota et al. 2023) gives a concept the guide's keys and
 * values, {@link palimpsest.methods.diffusion.Rece} (Gong et al. 2024) looks for what still draws
 * the concept and repeats, {@link palimpsest.methods.diffusion.MaceRefinement} (Lu et al. 2024)
 * does it to the words around the concept.
 *
 * <p>Without a change of weights, while an image is drawn, as {@link
 * palimpsest.methods.diffusion.Steering}: {@link palimpsest.methods.diffusion.SafeSteering}
 * (Schramowski et al. 2022) and {@link palimpsest.methods.diffusion.NegativePrompt}.
 */
@NullMarked
package palimpsest.methods.diffusion;

import org.jspecify.annotations.NullMarked;
