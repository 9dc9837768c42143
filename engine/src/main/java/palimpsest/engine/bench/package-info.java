/**
 * Benchmarks: a grid of methods, hyper-parameters and seeds on one data set.
 *
 * <ul>
 *   <li>{@link palimpsest.engine.bench.Benchmark}: what a data set gives
 *   <li>{@link palimpsest.engine.bench.Tofu}: TOFU's files
 *   <li>{@link palimpsest.engine.bench.Bench}: the tasks of a grid and the loop that works on them
 *   <li>{@link palimpsest.engine.bench.Cell}: one method with its parameters, one forget set, one
 *       seed
 *   <li>{@link palimpsest.engine.bench.Selection}: which candidate of a method is taken
 *   <li>{@link palimpsest.engine.bench.Pool}: the same grid in several processes
 * </ul>
 */
@NullMarked
package palimpsest.engine.bench;

import org.jspecify.annotations.NullMarked;
