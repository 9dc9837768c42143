package palimpsest.torch.diffusion.attack;

/**
 * A prompt with a concept and the same without it.
 *
 * @param with such as {@code a vase in pop style}
 * @param without such as {@code a vase}
 */
public record PromptPair(String with, String without) {}
