package palimpsest.discovery;

import java.util.ArrayList;
import java.util.List;
import palimpsest.api.Finding.Match;

/**
 * Finds near-copies of passages, also when quoted inside a longer text.
 *
 * <p>A near-copy of a piece is a local alignment with at least {@code minWords} matched words, of
 * which at least {@code threshold} of the columns match, and whose matched words carry at least
 * {@value #COVERAGE} of {@code threshold} of the piece's weight, each word weighed by its rarity in
 * the corpus. So two sentences of one template that differ in the name are no copies.
 *
 * <p>Nothing else decides: a text is looked at wherever it has a piece's weighty word ({@link
 * Piece#seeds}) with words of the required weight about it, both of which any near-copy has.
 */
final class NearSearch {
  /** Of the threshold: the weight may suffer more than the count, a replaced word being rare. */
  static final double COVERAGE = 0.9;

  private final FindOptions options;
  private final List<List<Piece>> bySeed = new ArrayList<>();
  private final Alignment alignment = new Alignment();
  private final int[] examined;
  private final int[] stampOfPiece;
  private final int[] stampOfWord;
  private int fieldStamp;
  private int wordStamp;

  NearSearch(List<Passage> passages, Vocabulary vocabulary, FindOptions options) {
    this.options = options;
    List<Passage> searched =
        passages.stream().filter(p -> p.length() >= options.minWords()).toList();
    List<Piece> pieces = Piece.cut(searched, vocabulary, COVERAGE * options.threshold());
    for (int i = 0; i < vocabulary.size(); i++) {
      bySeed.add(List.of());
    }
    for (Piece piece : pieces) {
      for (int seed : piece.seeds()) {
        if (bySeed.get(seed).isEmpty()) {
          bySeed.set(seed, new ArrayList<>());
        }
        bySeed.get(seed).add(piece);
      }
    }
    this.examined = new int[pieces.size()];
    this.stampOfPiece = new int[pieces.size()];
    this.stampOfWord = new int[vocabulary.size()];
  }

  void search(FoldedText text, List<Hit> hits) {
    if (text.words < options.minWords()) {
      return;
    }
    fieldStamp++;
    for (int i = 0; i < text.words; i++) {
      int id = text.word[i];
      if (id < 0) {
        continue;
      }
      for (Piece piece : bySeed.get(id)) {
        consider(piece, text, i, hits);
      }
    }
  }

  /** Words that a near-copy of the piece spans at most, on one side of any of its words. */
  private int reach(Piece piece) {
    return (int) Math.ceil(piece.length() / options.threshold());
  }

  private void consider(Piece piece, FoldedText text, int at, List<Hit> hits) {
    int reach = reach(piece);
    int p = piece.index();
    int known = stampOfPiece[p] == fieldStamp ? examined[p] : -1;
    if (Math.min(text.words, at + reach) <= known || !weighty(piece, text, at, reach)) {
      return;
    }
    int low = Math.max(0, at - reach);
    int high = Math.min(text.words, at + 2 * reach);
    stampOfPiece[p] = fieldStamp;
    examined[p] = high;
    align(piece, text, low, high, hits);
  }

  private boolean weighty(Piece piece, FoldedText text, int at, int reach) {
    wordStamp++;
    double mass = 0;
    int high = Math.min(text.words, at + reach);
    for (int i = Math.max(0, at - reach); i < high; i++) {
      int id = text.word[i];
      if (id >= 0 && stampOfWord[id] != wordStamp) {
        stampOfWord[id] = wordStamp;
        mass += piece.mass(id);
        if (mass >= piece.required() - 1e-9) {
          return true;
        }
      }
    }
    return false;
  }

  /** Takes the best alignment of the window, then those beside it. */
  private void align(Piece piece, FoldedText text, int low, int high, List<Hit> hits) {
    if (high - low < options.minWords() || !alignment.align(text.word, low, high, piece)) {
      return;
    }
    if (alignment.matched < options.minWords()) {
      return;
    }
    int start = alignment.start;
    int end = alignment.end;
    boolean near =
        alignment.matched >= options.threshold() * alignment.columns
            && alignment.weight >= piece.required() - 1e-9;
    if (near) {
      hits.add(
          new Hit(
              piece.passage(),
              Match.NEAR_DUPLICATE,
              text.from[text.wordStart[start]],
              text.to[text.wordEnd[end - 1] - 1],
              alignment.matched,
              alignment.columns));
    }
    align(piece, text, low, start, hits);
    align(piece, text, end, high, hits);
  }
}
