/** Metrics of what is left of the forget examples. */
@NullMarked
package palimpsest.metrics.forgetting;

import org.jspecify.annotations.NullMarked;
