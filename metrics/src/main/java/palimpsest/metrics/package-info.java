/**
 * Metrics and attacks: they see evidence and models, never methods.
 *
 * <p>A number here is an explanation tree. Its nodes say how they follow from their parts: {@code
 * "mean of"}, {@code "harmonic mean of"}, {@code "largest of"}, {@code "AUC of"}; its leaves are
 * the examples, as {@code "forget: authors.jsonl#12"}.
 */
@NullMarked
package palimpsest.metrics;

import org.jspecify.annotations.NullMarked;
