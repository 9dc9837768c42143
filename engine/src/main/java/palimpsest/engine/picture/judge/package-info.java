/**
 * The judge of pictures: on which objects and styles it is trained, how well it tells held-out
 * drawings, and what it says of the pictures that a model draws.
 */
@NullMarked
package palimpsest.engine.picture.judge;

import org.jspecify.annotations.NullMarked;
