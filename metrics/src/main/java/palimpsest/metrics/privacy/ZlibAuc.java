package palimpsest.metrics.privacy;

import java.nio.charset.StandardCharsets;
import java.util.zip.Deflater;
import palimpsest.api.Metric;
import palimpsest.api.Score;
import palimpsest.api.Trial;
import palimpsest.metrics.PerExample;

/**
 * Membership by loss over compressed size: the score is the mean log-probability of an answer token
 * over the bytes of the answer compressed by zlib, so that plain text is not taken for known text.
 * Sign and range as in {@link Membership}.
 *
 * @see <a href="https://arxiv.org/abs/2012.07805">Carlini et al. 2021</a>
 */
public record ZlibAuc() implements Metric {
  private static final PerExample SCORE =
      PerExample.of(
          "minus the loss per compressed byte",
          item -> item.answer().meanLogProb() / compressed(item.example().completion()));

  public static ZlibAuc defaults() {
    return new ZlibAuc();
  }

  /** Bytes of the UTF-8 text in a zlib container at the default level. */
  static int compressed(String text) {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION);
    try {
      deflater.setInput(text.getBytes(StandardCharsets.UTF_8));
      deflater.finish();
      byte[] buffer = new byte[4096];
      int bytes = 0;
      while (!deflater.finished()) {
        bytes += deflater.deflate(buffer);
      }
      return bytes;
    } finally {
      deflater.end();
    }
  }

  @Override
  public String id() {
    return "privacy.zlib-auc";
  }

  @Override
  public int version() {
    return 2;
  }

  @Override
  public Better better() {
    return Better.NEARER_REFERENCE;
  }

  @Override
  public String meaning() {
    return Membership.meaning("has a smaller loss per compressed byte than");
  }

  @Override
  public Score score(Trial trial) {
    return new Membership(SCORE).score(trial);
  }
}
