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
 * <p>Nothing else decides. A text is looked at wherever words of a piece, of those by which it is
 * sought ({@link Piece#seeds}), stand near enough to each other with enough weight, and then
 * wherever all its words do; any near-copy passes both.
 */
final class NearSearch {
  /** Of the threshold: the weight may suffer more than the count, a replaced word being rare. */
  static final double COVERAGE = 0.9;

  /** Of the required weight, how much the words by which a piece is sought leave to the others. */
  private static final double LEFT_OUT = 0.5;

  /** Against rounding, where a weight is compared with its like. */
  private static final double SLACK = 1e-9;

  /** One of the words by which a piece is sought, and the most weight it can add. */
  private record Seed(Progress progress, double mass) {}

  /** What is known of a piece in the field at hand. */
  private static final class Progress {
    final Piece piece;

    /** Words that a near-copy spans at most. */
    final int reach;

    final double trigger;
    int field;
    int bucket;
    double before;
    double here;
    int examined;

    Progress(Piece piece, double threshold) {
      this.piece = piece;
      this.reach = (int) Math.ceil(piece.length() / threshold);
      this.trigger = (1 - LEFT_OUT) * piece.required() - SLACK;
    }

    /** Adds a seed; whether the seeds of this stretch and the one before may make a near-copy. */
    boolean add(int currentField, int at, double mass) {
      int stretch = at / reach;
      if (field != currentField) {
        field = currentField;
        examined = -1;
        before = 0;
        here = 0;
      } else if (stretch != bucket) {
        before = stretch == bucket + 1 ? here : 0;
        here = 0;
      }
      bucket = stretch;
      here += mass;
      return before + here >= trigger;
    }
  }

  private final FindOptions options;
  private final Seed[][] seeds;
  private final Alignment alignment = new Alignment();
  private final int[] stampOfWord;
  private int fieldStamp;
  private int wordStamp;

  NearSearch(List<Passage> passages, Vocabulary vocabulary, FindOptions options) {
    this.options = options;
    List<Passage> searched =
        passages.stream().filter(p -> p.length() >= options.minWords()).toList();
    List<List<Seed>> byWord = new ArrayList<>();
    for (int i = 0; i < vocabulary.size(); i++) {
      byWord.add(new ArrayList<>(0));
    }
    for (Piece piece : Piece.cut(searched, vocabulary, COVERAGE * options.threshold())) {
      Progress progress = new Progress(piece, options.threshold());
      for (int id : piece.seeds(LEFT_OUT * piece.required())) {
        byWord.get(id).add(new Seed(progress, piece.mass(id)));
      }
    }
    this.seeds = byWord.stream().map(l -> l.toArray(Seed[]::new)).toArray(Seed[][]::new);
    this.stampOfWord = new int[vocabulary.size()];
  }

  void search(FoldedText text, List<Hit> hits) {
    fieldStamp++;
    for (int i = 0; i < text.words; i++) {
      int id = text.word[i];
      if (id < 0) {
        continue;
      }
      for (Seed seed : seeds[id]) {
        if (seed.progress.add(fieldStamp, i, seed.mass)) {
          consider(seed.progress, text, i, hits);
        }
      }
    }
  }

  private void consider(Progress progress, FoldedText text, int at, List<Hit> hits) {
    int reach = progress.reach;
    if (Math.min(text.words, at + reach) <= progress.examined
        || !weighty(progress.piece, text, at, reach)) {
      return;
    }
    int low = Math.max(0, at - reach);
    int high = Math.min(text.words, at + 2 * reach);
    progress.examined = high;
    align(progress.piece, text, low, high, hits);
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
        if (mass >= piece.required() - SLACK) {
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
            && alignment.weight >= piece.required() - SLACK;
    if (near) {
      hits.add(
          new Hit(
              piece.passage(),
              Match.NEAR_DUPLICATE,
              text.from(text.wordStart[start]),
              text.to(text.wordEnd[end - 1] - 1),
              alignment.matched,
              alignment.columns,
              alignment.weight / piece.total()));
    }
    align(piece, text, low, start, hits);
    align(piece, text, end, high, hits);
  }
}
