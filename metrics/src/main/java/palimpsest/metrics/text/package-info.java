/** Word overlap as the field measures it: ROUGE over stemmed words. */
@NullMarked
package palimpsest.metrics.text;

import org.jspecify.annotations.NullMarked;
