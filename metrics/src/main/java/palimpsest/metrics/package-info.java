/** Metrics and attacks: they see evidence and models, never methods. */
@NullMarked
package palimpsest.metrics;

import org.jspecify.annotations.NullMarked;
