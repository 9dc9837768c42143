package palimpsest.torch.diffusion.unet;

/**
 * How a group normalisation divides channels.
 *
 * @param count of groups
 * @param eps added to the variance of a group
 */
public record Groups(int count, double eps) {}
