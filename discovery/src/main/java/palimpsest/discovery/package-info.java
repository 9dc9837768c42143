/** Corpora, and the search of a request's target in them. */
@NullMarked
package palimpsest.discovery;

import org.jspecify.annotations.NullMarked;
