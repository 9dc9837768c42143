/** Suppression at the outputs: decoding constraints and filters. */
@NullMarked
package palimpsest.guard;

import org.jspecify.annotations.NullMarked;
