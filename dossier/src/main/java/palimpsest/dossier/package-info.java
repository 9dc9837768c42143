/** The dossier: canonical form, hashes, signature, verification, rendering; no path to libtorch. */
@NullMarked
package palimpsest.dossier;

import org.jspecify.annotations.NullMarked;
