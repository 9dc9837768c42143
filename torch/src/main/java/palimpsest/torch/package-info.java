/**
 * Tensors and their lifetimes: the flat store of weights, scopes, and the few operations that more
 * than one method needs.
 *
 * <p>Shapes are written with one alphabet everywhere: {@code B} batch, {@code T} tokens, {@code V}
 * vocabulary, {@code E} width, {@code N} heads, {@code K} head size, {@code L} label tokens of a
 * batch, {@code P} parameters.
 */
@NullMarked
package palimpsest.torch;

import org.jspecify.annotations.NullMarked;
