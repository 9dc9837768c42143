package palimpsest.discovery;

/**
 * The best local alignment of two word sequences, +1 for a match and -1 for a replaced, inserted or
 * deleted word (Smith and Waterman 1981); of equals, the first that ends in the text.
 */
final class Alignment {
  private int[] cells = new int[0];
  private int width;

  /** Words [start, end) of the text, how many match, and in how many columns. */
  int start;

  int end;
  int matched;
  int columns;

  /** Sum of the weights of the matched words. */
  double weight;

  /** Aligns words [low, high) of {@code text} with all of {@code piece}; false if none match. */
  boolean align(int[] text, int low, int high, Piece piece) {
    int[] words = piece.words();
    width = words.length + 1;
    int needed = (high - low + 1) * width;
    if (cells.length < needed) {
      cells = new int[needed];
    }
    java.util.Arrays.fill(cells, 0, width, 0);
    int best = 0;
    int bestCell = 0;
    for (int i = 1; i <= high - low; i++) {
      int row = i * width;
      cells[row] = 0;
      for (int j = 1; j < width; j++) {
        int step = text[low + i - 1] == words[j - 1] ? 1 : -1;
        int diagonal = cells[row - width + j - 1] + step;
        int gap = Math.max(cells[row - width + j], cells[row + j - 1]) - 1;
        int cell = Math.max(0, Math.max(diagonal, gap));
        cells[row + j] = cell;
        if (cell > best) {
          best = cell;
          bestCell = row + j;
        }
      }
    }
    trace(bestCell, text, low, piece);
    return best > 0;
  }

  private void trace(int cell, int[] text, int low, Piece piece) {
    end = low + cell / width;
    matched = 0;
    columns = 0;
    weight = 0;
    while (cells[cell] > 0) {
      int i = cell / width;
      int j = cell % width;
      boolean same = text[low + i - 1] == piece.words()[j - 1];
      if (cells[cell] == cells[cell - width - 1] + (same ? 1 : -1)) {
        if (same) {
          matched++;
          weight += piece.weights()[j - 1];
        }
        cell -= width + 1;
      } else if (cells[cell] == cells[cell - width] - 1) {
        cell -= width;
      } else {
        cell--;
      }
      columns++;
    }
    start = low + cell / width;
  }
}
