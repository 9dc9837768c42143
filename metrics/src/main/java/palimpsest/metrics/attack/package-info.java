/** Attempts to read the old text in a changed model. */
@NullMarked
package palimpsest.metrics.attack;

import org.jspecify.annotations.NullMarked;
