package palimpsest.methods.diffusion;

import static org.bytedeco.pytorch.global.torch.ScalarType;

import java.util.Arrays;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.diffusion.Product.Rows;

/**
 * A matrix of float64 numbers whose products come out the same, bit for bit, on every machine: sums
 * are taken in ascending order of their index, without fused multiply-add. Immutable.
 */
public final class Matrix {
  private final int rows;
  private final int columns;
  private final double[] values; // row-major

  private Matrix(int rows, int columns, double[] values) {
    this.rows = rows;
    this.columns = columns;
    this.values = values;
  }

  /** A matrix of these numbers, row by row. */
  public static Matrix of(int rows, int columns, double... values) {
    if (rows < 0 || columns < 0 || values.length != (long) rows * columns) {
      throw new InvalidRequest(
          "a matrix of " + rows + " x " + columns + " got " + values.length + " numbers");
    }
    return new Matrix(rows, columns, values.clone());
  }

  /** A copy of a tensor of two dimensions, or of one as a single row; any type and device. */
  public static Matrix of(Tensor tensor) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      long dimensions = tensor.dim();
      if ((dimensions != 1 && dimensions != 2) || tensor.numel() > Integer.MAX_VALUE - 8) {
        throw new InvalidRequest(
            "a matrix of one or two dimensions is wanted, got a tensor of "
                + dimensions
                + " with "
                + tensor.numel()
                + " numbers");
      }
      double[] values = new double[(int) tensor.numel()];
      Tensor plain = tensor.detach().cpu().toType(ScalarType.Double).contiguous();
      plain.data_ptr_double().get(values);
      int rows = dimensions == 1 ? 1 : (int) tensor.size(0);
      return new Matrix(rows, (int) tensor.size(dimensions - 1), values);
    }
  }

  /** A matrix of zeros. */
  public static Matrix zero(int rows, int columns) {
    return new Matrix(rows, columns, new double[Math.multiplyExact(rows, columns)]);
  }

  /** The matrix that changes nothing. */
  public static Matrix identity(int size) {
    Matrix m = zero(size, size);
    for (int i = 0; i < size; i++) {
      m.values[i * size + i] = 1;
    }
    return m;
  }

  /** How many rows. */
  public int rows() {
    return rows;
  }

  /** How many columns. */
  public int columns() {
    return columns;
  }

  /** The number in that row and column, from 0. */
  public double at(int row, int column) {
    return values[row * columns + column];
  }

  /** A copy of all numbers, row by row. */
  public double[] values() {
    return values.clone();
  }

  /** A float64 tensor on the CPU, (rows, columns), in the caller's scope. */
  public Tensor tensor() {
    long[] shape = {rows, columns};
    Tensor t = torch.empty(shape, new TensorOptions(ScalarType.Double), new MemoryFormatOptional());
    new DoublePointer(t.data_ptr_double()).put(values);
    return t;
  }

  /** This times another. */
  public Matrix times(Matrix other) {
    return zero(rows, other.columns).plusProduct(this, other);
  }

  /** This + a b, its sums beginning with the number that is here. */
  Matrix plusProduct(Matrix a, Matrix b) {
    require(a.columns == b.rows && rows == a.rows && columns == b.columns, "product", a, b);
    double[] sums = values.clone();
    new Product(a.view(), b.view(), new Rows(sums, 0, columns), a.columns).run(rows, columns);
    return new Matrix(rows, columns, sums);
  }

  /** This + other. */
  public Matrix plus(Matrix other) {
    return combine(1, other);
  }

  /** This - other. */
  public Matrix minus(Matrix other) {
    return combine(-1, other);
  }

  private Matrix combine(double factor, Matrix other) {
    require(rows == other.rows && columns == other.columns, "sum", this, other);
    double[] sums = values.clone();
    for (int i = 0; i < sums.length; i++) {
      sums[i] += factor * other.values[i];
    }
    return new Matrix(rows, columns, sums);
  }

  /** All numbers times a factor. */
  public Matrix scaled(double factor) {
    return new Matrix(rows, columns, Arrays.stream(values).map(v -> factor * v).toArray());
  }

  /** All numbers rounded to float32. */
  Matrix rounded() {
    return new Matrix(rows, columns, Arrays.stream(values).map(v -> (float) v).toArray());
  }

  /** This with a number added to its diagonal. */
  Matrix ridged(double number) {
    double[] sums = values.clone();
    for (int i = 0; i < Math.min(rows, columns); i++) {
      sums[i * columns + i] += number;
    }
    return new Matrix(rows, columns, sums);
  }

  /** Rows as columns. */
  public Matrix transposed() {
    double[] turned = new double[values.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        turned[j * rows + i] = values[i * columns + j];
      }
    }
    return new Matrix(columns, rows, turned);
  }

  /** Rows {@code from} to {@code to}, the latter not included. */
  public Matrix part(int from, int to) {
    return new Matrix(to - from, columns, Arrays.copyOfRange(values, from * columns, to * columns));
  }

  /** The rows of this, then those of another. */
  public Matrix above(Matrix other) {
    require(columns == other.columns, "stack", this, other);
    double[] all = Arrays.copyOf(values, Math.addExact(values.length, other.values.length));
    System.arraycopy(other.values, 0, all, values.length, other.values.length);
    return new Matrix(rows + other.rows, columns, all);
  }

  /** The largest sum of absolute values in a column, |A|₁. */
  double oneNorm() {
    double largest = 0;
    for (int j = 0; j < columns; j++) {
      double sum = 0;
      for (int i = 0; i < rows; i++) {
        sum += Math.abs(at(i, j));
      }
      largest = sum > largest || Double.isNaN(sum) ? sum : largest;
    }
    return largest;
  }

  /** Whether no number is NaN or infinite. */
  boolean isFinite() {
    return Arrays.stream(values).allMatch(Double::isFinite);
  }

  /** A view for reading; nobody writes through it. */
  Rows view() {
    return new Rows(values, 0, columns);
  }

  private static void require(boolean fits, String what, Matrix a, Matrix b) {
    if (!fits) {
      throw new IllegalArgumentException("no " + what + " of " + a + " and " + b);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Matrix m
        && rows == m.rows
        && columns == m.columns
        && Arrays.equals(values, m.values);
  }

  @Override
  public int hashCode() {
    return 31 * rows + Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return rows + " x " + columns;
  }
}
