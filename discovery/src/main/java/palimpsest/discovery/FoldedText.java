package palimpsest.discovery;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A text under {@link Folding}, cut into words, with the way back to the original. One object
 * serves one text after another; not for two threads.
 */
final class FoldedText {
  /** Marks that one base may carry; more begin a segment of their own, so that time is linear. */
  private static final int LONGEST_SEGMENT = 32;

  private static final char[] ASCII = ascii();

  /** Folded units. */
  char[] chars = new char[256];

  private int[] from = new int[256];
  private int[] to = new int[256];
  private boolean plain;
  int length;

  /** Words: where they begin and end among the folded units, and their vocabulary ids or -1. */
  int[] wordStart = new int[64];

  int[] wordEnd = new int[64];
  int[] word = new int[64];
  int words;

  private final @Nullable String[] known = new @Nullable String[1 << 16];

  private static char[] ascii() {
    char[] fold = new char[128];
    for (int c = 0; c < 128; c++) {
      fold[c] = c >= 9 && c <= 13 ? ' ' : (char) Character.toLowerCase(c);
    }
    fold['`'] = '\'';
    return fold;
  }

  /** Folds {@code text} and looks its words up. */
  void read(String text, Vocabulary vocabulary) {
    fold(text);
    cut(vocabulary, false);
  }

  /** Folds {@code text} and adds its words to the vocabulary. */
  void learn(String text, Vocabulary vocabulary) {
    fold(text);
    cut(vocabulary, true);
  }

  private void fold(String text) {
    int n = text.length();
    length = 0;
    reserve(n);
    int i = foldPlain(text);
    plain = i == n;
    if (plain) {
      length = n;
      return;
    }
    for (length = 0; length < i; length++) {
      from[length] = length;
      to[length] = length + 1;
    }
    while (i < n) {
      char c = text.charAt(i);
      if (c < 128 && (i + 1 == n || text.charAt(i + 1) < 128)) {
        append(ASCII[c], i, i + 1);
        i++;
      } else {
        i = foldSegment(text, i);
      }
    }
  }

  /** Folds as long as units and places stay the same one by one; returns how far it came. */
  private int foldPlain(String text) {
    int n = text.length();
    char[] out = chars;
    char last = 0;
    for (int i = 0; i < n; i++) {
      char c = text.charAt(i);
      if (c >= 128) {
        return Math.max(0, i - 1);
      }
      char folded = ASCII[c];
      if (folded == ' ' && last == ' ') {
        return i;
      }
      out[i] = folded;
      last = folded;
    }
    return n;
  }

  /** Where in the original the folded unit's segment begins. */
  int from(int unit) {
    return plain ? unit : from[unit];
  }

  /** Where in the original the folded unit's segment ends. */
  int to(int unit) {
    return plain ? unit + 1 : to[unit];
  }

  private void reserve(int room) {
    if (chars.length < length + room) {
      int capacity = Math.max(length + room, (int) Math.min(1L << 30, chars.length * 3L / 2));
      chars = Arrays.copyOf(chars, capacity);
      from = Arrays.copyOf(from, capacity);
      to = Arrays.copyOf(to, capacity);
    }
  }

  private void append(char c, int start, int end) {
    if (c == ' ' && length > 0 && chars[length - 1] == ' ') {
      to[length - 1] = end;
      return;
    }
    if (length == chars.length) {
      reserve(1);
    }
    chars[length] = c;
    from[length] = start;
    to[length] = end;
    length++;
  }

  private int foldSegment(String text, int start) {
    int first = text.codePointAt(start);
    int end = start + Character.charCount(first);
    if (Folding.isIgnorable(first)) {
      return end;
    }
    int extended = end;
    for (int marks = 0; marks < LONGEST_SEGMENT; marks++) {
      int next = nextVisible(text, extended);
      if (next == text.length() || !Folding.extendsSegment(text.codePointAt(next))) {
        break;
      }
      extended = next + Character.charCount(text.codePointAt(next));
    }
    String folded =
        extended == end && end == start + 1
            ? foldUnit(text.charAt(start))
            : Folding.fold(text.substring(start, extended));
    for (int k = 0; k < folded.length(); k++) {
      append(folded.charAt(k), start, extended);
    }
    return extended;
  }

  private static int nextVisible(String text, int at) {
    int limit = Math.min(text.length(), at + LONGEST_SEGMENT);
    while (at < limit && Folding.isIgnorable(text.codePointAt(at))) {
      at += Character.charCount(text.codePointAt(at));
    }
    return at;
  }

  private String foldUnit(char c) {
    String folded = known[c];
    if (folded == null) {
      folded = Folding.fold(String.valueOf(c));
      known[c] = folded;
    }
    return folded;
  }

  private void cut(Vocabulary vocabulary, boolean learn) {
    words = 0;
    for (int i = 0; i < length; ) {
      byte kind = Folding.KIND[chars[i]];
      if (kind == Folding.OUTSIDE) {
        i++;
        continue;
      }
      int start = i;
      long hash = Vocabulary.SEED;
      if (kind == Folding.INSIDE) {
        for (; i < length && Folding.KIND[chars[i]] == Folding.INSIDE; i++) {
          hash = Vocabulary.mix(hash, chars[i]);
        }
      } else {
        int end = i + (kind == Folding.PAIR ? pair(i) : 1);
        for (; i < end; i++) {
          hash = Vocabulary.mix(hash, chars[i]);
        }
        if (kind == Folding.PAIR
            && Folding.kind(Character.codePointAt(chars, start, length)) == 0) {
          continue;
        }
      }
      addWord(
          start,
          i,
          learn ? vocabulary.add(chars, start, i, hash) : vocabulary.find(chars, start, i, hash));
    }
  }

  private int pair(int at) {
    return Character.charCount(Character.codePointAt(chars, at, length));
  }

  private void addWord(int start, int end, int id) {
    if (words == word.length) {
      int capacity = words * 2;
      wordStart = Arrays.copyOf(wordStart, capacity);
      wordEnd = Arrays.copyOf(wordEnd, capacity);
      word = Arrays.copyOf(word, capacity);
    }
    wordStart[words] = start;
    wordEnd[words] = end;
    word[words++] = id;
  }

  /** Whether [start, end) cuts no word in two. */
  boolean atBoundaries(int start, int end) {
    return !inWord(start) && !inWord(end);
  }

  private boolean inWord(int at) {
    return at > 0
        && at < length
        && Folding.KIND[chars[at - 1]] == Folding.INSIDE
        && Folding.KIND[chars[at]] == Folding.INSIDE;
  }

  /** Whether the folded units at {@code at} are {@code part}. */
  boolean hasAt(int at, char[] part) {
    return at >= 0
        && at + part.length <= length
        && Arrays.equals(chars, at, at + part.length, part, 0, part.length);
  }
}
