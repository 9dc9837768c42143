/**
 * Erasure of an object or a style from a small model of pixels, from the pictures that it was
 * trained on to what came of it: which pictures and captions a target means, methods applied to a
 * folder, and the grid in which all of them are compared.
 */
@NullMarked
package palimpsest.engine.picture.erase;

import org.jspecify.annotations.NullMarked;
