package palimpsest.torch.picture;

import static org.bytedeco.pytorch.global.torch.silu;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.unet.Groups;
import palimpsest.torch.diffusion.unet.Layers;
import palimpsest.torch.diffusion.unet.Overlay;
import palimpsest.torch.diffusion.unet.Window;
import palimpsest.torch.llm.InitialWeights;

/**
 * A convolutional network that says which object a picture shows and in which style.
 *
 * <pre>
 * stage:    x &lt;- silu(norm(conv(x)))        half as wide and high
 *           x &lt;- x + silu(norm(conv(x)))    for each block
 * features: silu(layerNorm(W x)) of the last stage at all its places, (B, F)
 * heads:    softmax(W f + b), one for objects and one for styles
 * </pre>
 *
 * <p>Group normalisation, so that what it says of a picture does not depend on the others of a
 * batch.
 */
public final class PictureClassifier implements AutoCloseable {
  private static final int COLOURS = 3;
  private static final float HALF = 127.5f;
  private static final Groups GROUPS = new Groups(PictureClassifierConfig.GROUPS, 1e-5);
  private static final Window HALVED = new Window(2, 1);
  private static final int PIECE = 64;

  private final PictureClassifierConfig config;
  private final Weights weights;
  private final Layers layers;

  /**
   * What it says of one picture.
   *
   * @param objects probability of each object, in the configuration's order
   * @param styles probability of each style
   * @param features of the last layer before the heads, F
   */
  @SuppressWarnings("ArrayRecordComponent") // measured data, compared by value nowhere
  public record Reading(double[] objects, double[] styles, double[] features) {}

  /** Takes ownership of the weights. */
  public PictureClassifier(PictureClassifierConfig config, Weights weights) {
    this.config = config;
    this.weights = weights;
    this.layers = new Layers(weights, Overlay.NONE);
  }

  /** A fresh one: maps uniform within ±√(3 / fan-in), gains 1, all else 0. */
  public static PictureClassifier draw(PictureClassifierConfig config, long seed) {
    Weights weights = Weights.allocate(config.tensors());
    Scopes.withoutGradient(
        () -> {
          weights.tensors().forEach((name, tensor) -> fill(name, tensor, seed));
          return seed;
        });
    return new PictureClassifier(config, weights);
  }

  private static void fill(String name, Tensor tensor, long seed) {
    if (tensor.dim() > 1) {
      double fanIn = (double) tensor.numel() / tensor.size(0);
      InitialWeights.uniform(tensor, Math.sqrt(3 / fanIn), name, seed);
    } else {
      tensor.fill_(new Scalar(name.endsWith(".norm.weight") ? 1.0 : 0.0));
    }
  }

  public PictureClassifierConfig config() {
    return config;
  }

  /** All parameters. */
  public Weights weights() {
    return weights;
  }

  /** SHA-256 of the configuration's lines and of the weights' digest, hexadecimal. */
  public String digest() {
    String text = String.join("\n", config.lines()) + "\n" + weights.digest() + "\n";
    return HexFormat.of()
        .formatHex(LabelledPicture.sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * The features, gradients recorded.
   *
   * @param x pixels from -1 to 1, (B, 3, H, W)
   * @return (B, F)
   */
  Tensor features(Tensor x) {
    Tensor y = x;
    for (int stage = 0; stage < config.channels().size(); stage++) {
      y = convolved(y, PictureClassifierConfig.down(stage), HALVED);
      for (int block = 0; block < config.blocks(); block++) {
        y = y.add(convolved(y, PictureClassifierConfig.block(stage, block), Window.SAME));
      }
    }
    Tensor mapped = layers.linear(y.flatten(1, -1), PictureClassifierConfig.FEATURES);
    return silu(layers.layerNorm(mapped, PictureClassifierConfig.FEATURES_NORM));
  }

  private Tensor convolved(Tensor x, String name, Window window) {
    return layers.activated(layers.conv(x, name + ".conv", window), name + ".norm", GROUPS);
  }

  /** Logits of the objects, (B, F) to (B, objects). */
  Tensor objects(Tensor features) {
    return layers.linear(features, PictureClassifierConfig.OBJECT);
  }

  /** Logits of the styles, (B, F) to (B, styles). */
  Tensor styles(Tensor features) {
    return layers.linear(features, PictureClassifierConfig.STYLE);
  }

  /**
   * What it says of pictures, one after the other.
   *
   * @param pictures red, green and blue of each pixel, row by row, size x size x 3 bytes each
   * @throws InvalidRequest for a picture of another size
   */
  public List<Reading> read(List<byte[]> pictures) {
    List<Reading> readings = new ArrayList<>();
    for (int at = 0; at < pictures.size(); at += PIECE) {
      List<byte[]> piece = pictures.subList(at, Math.min(pictures.size(), at + PIECE));
      Scopes.withoutGradient(() -> readings.addAll(piece(piece)));
    }
    return readings;
  }

  private List<Reading> piece(List<byte[]> pictures) {
    Tensor features = features(pixels(pictures, config.size()));
    float[][] objects = rows(objects(features).softmax(1));
    float[][] styles = rows(styles(features).softmax(1));
    float[][] rows = rows(features);
    List<Reading> readings = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      readings.add(new Reading(share(objects[i]), share(styles[i]), wide(rows[i])));
    }
    return readings;
  }

  /** Pixels from -1 to 1, (B, 3, size, size). */
  static Tensor pixels(List<byte[]> pictures, int size) {
    int plane = size * size;
    float[] values = new float[pictures.size() * COLOURS * plane];
    for (int row = 0; row < pictures.size(); row++) {
      byte[] rgb = pictures.get(row);
      if (rgb.length != COLOURS * plane) {
        throw new InvalidRequest(
            "the classifier reads pictures of "
                + size
                + " x "
                + size
                + " pixels, got "
                + rgb.length
                + " bytes; scale them first");
      }
      for (int i = 0; i < rgb.length; i++) {
        values[(row * COLOURS + i % COLOURS) * plane + i / COLOURS] = (rgb[i] & 0xFF) / HALF - 1;
      }
    }
    return tensor(values).view(pictures.size(), COLOURS, size, size);
  }

  private static float[][] rows(Tensor t) {
    float[] all = new float[(int) t.numel()];
    Tensor dense = t.contiguous();
    new FloatPointer(dense.data_ptr_float()).get(all);
    int width = (int) t.size(1);
    float[][] rows = new float[all.length / width][width];
    for (int i = 0; i < all.length; i++) {
      rows[i / width][i % width] = all[i];
    }
    return rows;
  }

  /** In float64 and summing to 1, which float32 does to seven digits. */
  private static double[] share(float[] values) {
    double[] share = wide(values);
    double sum = 0;
    for (double value : share) {
      sum += value;
    }
    for (int i = 0; i < share.length; i++) {
      share[i] /= sum;
    }
    return share;
  }

  private static double[] wide(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  @Override
  public void close() {
    weights.close();
  }
}
