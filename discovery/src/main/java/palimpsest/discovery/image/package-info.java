/**
 * Corpora of captioned pictures: what a text-conditioned image model is trained on.
 *
 * <p>Picture files are hostile until shown otherwise: their size in bytes and in pixels is bounded
 * before anything is decoded, and only the Java platform's own PNG and JPEG readers see them.
 */
@NullMarked
package palimpsest.discovery.image;

import org.jspecify.annotations.NullMarked;
