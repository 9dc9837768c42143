package palimpsest.methods.diffusion;

import org.bytedeco.pytorch.Tensor;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.diffusion.Product.Rows;

/**
 * The second moment of rows, {@code Σ x xᵀ}, summed in the order in which they are given: of the
 * weights of all text maps, {@code Σ Wᵀ W}, or of the states of captions. However many rows there
 * are, one matrix is held.
 */
public final class Gram {
  private static final int PIECE = 512;
  private static final int PANEL = 128;

  private final int width;
  private final double[] lower;
  private long rows;

  /** Nothing yet, of rows of that width. */
  public Gram(int width) {
    this.width = width;
    lower = new double[Math.multiplyExact(width, width)];
  }

  /** Adds the rows of a tensor, (N, E). */
  public void add(Tensor rows) {
    add(Matrix.of(rows));
  }

  /** Adds rows, (N, E). */
  public void add(Matrix more) {
    if (more.columns() != width) {
      throw new InvalidRequest(
          "second moment of rows of width " + width + " got rows of width " + more.columns());
    }
    for (int from = 0; from < more.rows(); from += PIECE) {
      addPiece(more.part(from, Math.min(more.rows(), from + PIECE)));
    }
    rows += more.rows();
  }

  /** Below the diagonal only, panel by panel. */
  private void addPiece(Matrix piece) {
    Rows x = piece.view();
    double[] turned = piece.transposed().values();
    for (int at = 0; at < width; at += PANEL) {
      Rows factors = new Rows(turned, at * piece.rows(), piece.rows());
      Rows into = new Rows(lower, at * width + at, width);
      new Product(factors, x.from(at), into, piece.rows())
          .run(width - at, Math.min(PANEL, width - at));
    }
  }

  /** How many rows were added. */
  public long rows() {
    return rows;
  }

  /** The sum, (E, E). */
  public Matrix matrix() {
    double[] all = lower.clone();
    for (int i = 0; i < width; i++) {
      for (int j = i + 1; j < width; j++) {
        all[i * width + j] = lower[j * width + i];
      }
    }
    return Matrix.of(width, width, all);
  }

  /** That of some rows alone. */
  static Matrix of(Matrix rows) {
    Gram gram = new Gram(rows.columns());
    gram.add(rows);
    return gram.matrix();
  }
}
