/** Exact removal: the model is as if the data had never been in it. */
@NullMarked
package palimpsest.methods.exact;

import org.jspecify.annotations.NullMarked;
