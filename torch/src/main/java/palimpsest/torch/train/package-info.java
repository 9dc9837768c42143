/**
 * The one loop that descends weights, its optimiser, its order of examples, and its ledger.
 *
 * <p>{@link palimpsest.torch.train.Descent} serves training and every descent method of unlearning;
 * what differs between them is a {@link palimpsest.torch.train.Loss}.
 */
@NullMarked
package palimpsest.torch.train;

import org.jspecify.annotations.NullMarked;
