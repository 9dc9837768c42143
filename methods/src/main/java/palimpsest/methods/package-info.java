/** Unlearning methods, one file each. */
@NullMarked
package palimpsest.methods;

import org.jspecify.annotations.NullMarked;
