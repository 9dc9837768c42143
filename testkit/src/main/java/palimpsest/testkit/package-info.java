/**
 * What tests of other modules stand on: {@link palimpsest.testkit.TinyModels} to try things on,
 * {@link palimpsest.testkit.LeakCheck} for native memory, and {@link
 * palimpsest.testkit.DeclarationContract}, {@link palimpsest.testkit.MethodContract} and {@link
 * palimpsest.testkit.StagedContract} for every unlearning method. Golden values of the reference
 * implementations lie beside it in {@code testkit/golden}.
 */
@NullMarked
package palimpsest.testkit;

import org.jspecify.annotations.NullMarked;
