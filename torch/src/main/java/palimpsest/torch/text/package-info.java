/**
 * Text to token ids and back.
 *
 * <p>{@link palimpsest.torch.text.Tokenizer} is a checkpoint's own tokenizer, {@link
 * palimpsest.torch.text.PromptTemplate} makes examples into token ids, {@link
 * palimpsest.torch.text.ChatTemplate} renders a checkpoint's chat template, and {@link
 * palimpsest.torch.text.BytePairTrainer} makes a tokenizer from texts.
 */
@NullMarked
package palimpsest.torch.text;

import org.jspecify.annotations.NullMarked;
