/** Metrics of what was to be kept. */
@NullMarked
package palimpsest.metrics.utility;

import org.jspecify.annotations.NullMarked;
