/**
 * The embedded world: a seeded generator of a fictitious literature, small enough that a model of
 * about a million parameters learns it by heart in a minute.
 *
 * <p>Its questions have the fields of TOFU (Maini et al. 2024, arXiv 2401.06121); every copy of an
 * author that is planted elsewhere in the corpus is listed in {@code truth.jsonl}.
 */
@NullMarked
package palimpsest.engine.world;

import org.jspecify.annotations.NullMarked;
