/**
 * Meta-evaluation: models that know and models that do not, and what each metric makes of them.
 *
 * <ul>
 *   <li>{@link palimpsest.engine.meta.Knowledge}: the records that some models learn and others do
 *       not
 *   <li>{@link palimpsest.engine.meta.MetaSettings}: how many models, of which shape, changed how
 *   <li>{@link palimpsest.engine.meta.MetaBench}: makes the models and keeps what each answered
 *   <li>{@link palimpsest.engine.meta.MetaTable}: what follows for each metric
 * </ul>
 */
@NullMarked
package palimpsest.engine.meta;

import org.jspecify.annotations.NullMarked;
