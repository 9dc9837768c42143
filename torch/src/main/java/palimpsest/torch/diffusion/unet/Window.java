package palimpsest.torch.diffusion.unet;

/**
 * How the kernel of a convolution moves.
 *
 * @param stride places from one output to the next
 * @param padding zeros on each side
 */
public record Window(int stride, int padding) {
  /** A kernel of one place. */
  public static final Window POINT = new Window(1, 0);

  /** A kernel of 3 x 3 that keeps the size. */
  public static final Window SAME = new Window(1, 1);
}
