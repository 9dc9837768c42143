/**
 * Checkpoints in the Hugging Face layout, read strictly and written atomically.
 *
 * <p>{@link palimpsest.torch.checkpoint.Checkpoint} is a folder of weights with its {@link
 * palimpsest.torch.checkpoint.LlamaConfig}; {@link palimpsest.torch.checkpoint.Safetensors} one
 * file of tensors; {@link palimpsest.torch.checkpoint.Digests} the identity of the weights.
 */
@NullMarked
package palimpsest.torch.checkpoint;

import org.jspecify.annotations.NullMarked;
