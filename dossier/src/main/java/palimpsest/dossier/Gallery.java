package palimpsest.dossier;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Split;

/**
 * Pictures of the same prompts and seeds by every model, side by side, and how surely a classifier
 * saw in each what was to go.
 *
 * @param target what the classifier looked for, such as {@code style watercolour}
 * @param judge digest of the classifier
 * @param threshold probability from which a picture counts as showing the target, in (0, 1)
 * @param drawing how they were drawn: sampler, steps, guidance
 * @param rows a prompt and seed each
 * @param attacks by label of the outcome, what its pictures under attack were drawn under, in words
 * @param errors of the classifier, one for each of its heads; possibly none
 */
public record Gallery(
    String target,
    String judge,
    double threshold,
    String drawing,
    List<Row> rows,
    Map<String, String> attacks,
    List<Errors> errors) {

  /** Largest base64 of a picture, in characters. */
  private static final int LARGEST = 1 << 17;

  private static final int WIDEST = 512;

  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  /**
   * Bytes up to the colour type: signature, length and name of the header, width, height, depth.
   */
  private static final int HEADER = 26;

  private static final String NAME = "IHDR";

  public Gallery {
    Check.notBlank(target, "gallery: target");
    Check.notBlank(judge, "gallery: digest of the classifier");
    Check.notBlank(drawing, "gallery: sampler");
    if (!(threshold > 0 && threshold < 1)) {
      throw new InvalidRequest("gallery: threshold must be in (0, 1), got " + threshold);
    }
    rows = List.copyOf(rows);
    attacks = Dossier.sorted(attacks);
    errors = List.copyOf(errors);
  }

  /** One that says neither which attacks nor which errors. */
  public Gallery(String target, String judge, double threshold, String drawing, List<Row> rows) {
    this(target, judge, threshold, drawing, rows, Map.of(), List.of());
  }

  /**
   * What one head of the classifier took held-out pictures for.
   *
   * @param of what it tells, such as {@code style}
   * @param classes names
   * @param counts true class by row, said class by column
   * @param low lower end of the accuracy's interval at 95 %, in [0, 1]
   * @param high upper end
   */
  public record Errors(
      String of, List<String> classes, List<List<Integer>> counts, double low, double high) {
    public Errors {
      Check.notBlank(of, "gallery: what the classifier tells");
      classes = List.copyOf(classes);
      counts = counts.stream().map(List::copyOf).toList();
      int size = classes.size();
      boolean square = counts.size() == size && counts.stream().allMatch(r -> r.size() == size);
      if (!square || counts.stream().flatMap(List::stream).anyMatch(n -> n < 0)) {
        throw new InvalidRequest(
            "gallery: errors of " + size + " classes must be counts of " + size + " by " + size);
      }
      if (!(low >= 0 && low <= high && high <= 1)) {
        throw new InvalidRequest(
            "gallery: an interval must lie in 0 to 1, got " + low + " to " + high);
      }
    }

    /** Pictures in all. */
    int total() {
      return counts.stream().flatMap(List::stream).mapToInt(n -> n).sum();
    }

    /** Pictures that were told. */
    int right() {
      return IntStream.range(0, classes.size()).map(i -> counts.get(i).get(i)).sum();
    }
  }

  /**
   * What each model made of one prompt and seed.
   *
   * @param prompt asked for
   * @param split {@link Split#FORGET} where it asks for the target, another where it does not
   * @param seed of the noise that all of them began with
   * @param drawn by column of the dossier
   * @param attacked by label of the outcome, under an attack that was to bring the target back;
   *     possibly none
   */
  public record Row(
      String prompt,
      Split split,
      long seed,
      Map<String, Shown> drawn,
      Map<String, Shown> attacked) {
    public Row {
      drawn = Dossier.sorted(drawn);
      attacked = Dossier.sorted(attacked);
    }
  }

  /**
   * A picture.
   *
   * @param png base64 of a PNG file of at most 98 kB
   * @param probability that it shows the target, by the classifier, in [0, 1]
   */
  public record Shown(String png, double probability) {
    public Shown {
      if (!(probability >= 0 && probability <= 1)) {
        throw new InvalidRequest(
            "gallery: probability must be from 0 to 1, got " + probability + ": take it anew");
      }
      requirePng(png);
    }
  }

  /** Whether a picture counts as showing the target. */
  boolean shows(Shown picture) {
    return picture.probability() >= threshold;
  }

  private static void requirePng(String base64) {
    if (base64.length() > LARGEST) {
      throw new InvalidRequest(
          "gallery: a picture must have at most "
              + LARGEST
              + " characters of base64, got "
              + base64.length()
              + ": give a smaller one");
    }
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new InvalidRequest("gallery: a picture is not base64: " + e.getMessage(), e);
    }
    boolean png =
        bytes.length > HEADER
            && Arrays.equals(bytes, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length)
            && new String(bytes, 12, 4, StandardCharsets.US_ASCII).equals(NAME);
    if (!png) {
      throw new InvalidRequest("gallery: a picture is no PNG file: give one");
    }
    ByteBuffer size = ByteBuffer.wrap(bytes, 16, 8);
    int width = size.getInt();
    int height = size.getInt();
    if (width < 1 || width > WIDEST || height < 1 || height > WIDEST) {
      throw new InvalidRequest(
          "gallery: a picture must be of 1 to "
              + WIDEST
              + " pixels a side, got "
              + width
              + " x "
              + height
              + ": give a smaller one");
    }
  }
}
