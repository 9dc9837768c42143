/** The statistics that metrics need: exact Kolmogorov-Smirnov, AUC, means, intervals. */
@NullMarked
package palimpsest.metrics.statistics;

import org.jspecify.annotations.NullMarked;
