/**
 * A small classifier of pictures with two heads, the object that is shown and the style in which:
 * the judge of what image models draw. It is trained here, by the one loop, and known by a digest
 * of its classes and weights.
 *
 * <p>{@code C} channels, {@code H} height, {@code W} width, {@code F} features.
 */
@NullMarked
package palimpsest.torch.picture;

import org.jspecify.annotations.NullMarked;
