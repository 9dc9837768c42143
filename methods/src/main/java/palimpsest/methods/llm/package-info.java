/** Approximate removal from language models: one method a file, each the formula of its paper. */
@NullMarked
package palimpsest.methods.llm;

import org.jspecify.annotations.NullMarked;
