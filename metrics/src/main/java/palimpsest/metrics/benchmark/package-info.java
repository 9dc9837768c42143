/** What MUSE, WMDP and LUME define for themselves. */
@NullMarked
package palimpsest.metrics.benchmark;

import org.jspecify.annotations.NullMarked;
