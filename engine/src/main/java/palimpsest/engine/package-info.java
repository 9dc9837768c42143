/** The pipeline: it alone sees every other module. */
@NullMarked
package palimpsest.engine;

import org.jspecify.annotations.NullMarked;
