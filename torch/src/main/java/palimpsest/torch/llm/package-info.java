/** Causal language models: the Llama architecture, its scoring pass and its decoding. */
@NullMarked
package palimpsest.torch.llm;

import org.jspecify.annotations.NullMarked;
