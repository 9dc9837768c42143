/** Language models on libtorch: checkpoints, tokenizers, the training loop. */
@NullMarked
package palimpsest.torch;

import org.jspecify.annotations.NullMarked;
