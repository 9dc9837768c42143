/** Membership inference: can the forget examples be told from unseen ones? */
@NullMarked
package palimpsest.metrics.privacy;

import org.jspecify.annotations.NullMarked;
