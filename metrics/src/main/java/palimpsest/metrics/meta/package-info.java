/**
 * Judging the judges: does a metric tell models that know from models that do not, and lastingly?
 */
@NullMarked
package palimpsest.metrics.meta;

import org.jspecify.annotations.NullMarked;
