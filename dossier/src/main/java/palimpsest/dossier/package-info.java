/**
 * The dossier: the evidence of what was shown and what was not.
 *
 * <p>{@link palimpsest.dossier.Dossier} is the content; {@link palimpsest.dossier.Verdicts} the
 * rules that say what may be concluded from it; {@link palimpsest.dossier.Seal} writes it as a
 * signed folder with a page for people; {@link palimpsest.dossier.Verifier} checks such a folder
 * and derives everything in it again. No path leads from here to libtorch, so that anyone can
 * verify a dossier.
 *
 * <p>Standards: JSON canonicalisation (RFC 8785), Ed25519 (RFC 8032), in-toto Statement v1 in a
 * DSSE envelope. The framework of the verdicts is that of Cooper et al., arXiv 2412.06966.
 */
@NullMarked
package palimpsest.dossier;

import org.jspecify.annotations.NullMarked;
