package palimpsest.torch.text;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import palimpsest.api.Check;

/**
 * Trains a byte-level byte-pair encoding: starting from the 256 bytes, the most frequent
 * neighbouring pair becomes a token, again and again; no pair spans two words.
 *
 * <p>Words are those of GPT-2. Of equally frequent pairs the one with the lowest ids is taken, so
 * that the same texts give the same tokenizer. Counts are kept up incrementally: a merge touches
 * only the words that hold the pair.
 *
 * @see <a href="https://arxiv.org/abs/1508.07909">Sennrich et al. 2016</a>
 */
public final class BytePairTrainer {
  static final List<String> SPECIAL = List.of("<|bos|>", "<|eos|>", "<|pad|>");
  static final int BYTES = 256;

  /** A pair seen less often is not worth a token. */
  private static final long LEAST_COUNT = 2;

  private static final Pattern WORD =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);

  /** Two tokens that stand side by side. */
  record Pair(int left, int right) {}

  private record Candidate(Pair pair, long count) implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      int byCount = Long.compare(other.count, count);
      int byLeft = byCount != 0 ? byCount : Integer.compare(pair.left, other.pair.left);
      return byLeft != 0 ? byLeft : Integer.compare(pair.right, other.pair.right);
    }
  }

  /**
   * What was learned.
   *
   * @param tokens by id: the symbols, and after them what merges made
   * @param merges pairs of tokens with a blank between them, first learned first
   */
  public record Learned(List<String> tokens, List<String> merges) {
    public Learned {
      tokens = List.copyOf(tokens);
      merges = List.copyOf(merges);
    }
  }

  private final List<String> tokens;
  private final Map<String, Integer> spelled = new HashMap<>();
  private final List<Pair> merges = new ArrayList<>();
  private final List<int[]> words = new ArrayList<>();
  private final List<Long> counts = new ArrayList<>();
  private final Map<Pair, Long> pairs = new HashMap<>();
  private final Map<Pair, List<Integer>> places = new HashMap<>();
  private final PriorityQueue<Candidate> queue = new PriorityQueue<>();

  private BytePairTrainer(List<String> symbols, Map<List<Integer>, Long> seen) {
    tokens = new ArrayList<>(symbols);
    tokens.forEach(token -> spelled.put(token, spelled.size()));
    seen.forEach(
        (word, count) -> {
          words.add(word.stream().mapToInt(Integer::intValue).toArray());
          counts.add(count);
        });
    for (int i = 0; i < words.size(); i++) {
      add(i, 1);
    }
    pairs.forEach((pair, count) -> queue.add(new Candidate(pair, count)));
  }

  /**
   * Trains a tokenizer and writes its tokenizer.json and tokenizer_config.json, which transformers
   * loads. Ids 0, 1 and 2 are {@code <|bos|>}, {@code <|eos|>} and {@code <|pad|>}; the tokenizer
   * begins every text with the first where it is asked for special tokens.
   *
   * @param vocabSize tokens in all, at least 259; fewer come out where the texts hold too few
   *     repeated pairs
   * @param folder where; must be there
   * @throws palimpsest.api.InvalidRequest if the size is too small, or the files are there or
   *     cannot be written
   */
  public static void train(List<String> texts, int vocabSize, Path folder) {
    Check.atLeast(vocabSize, SPECIAL.size() + BYTES, "vocabulary size");
    List<String> symbols = new ArrayList<>(SPECIAL);
    symbols.addAll(alphabet());
    BytePairTrainer trainer = new BytePairTrainer(symbols, count(texts));
    trainer.run(vocabSize);
    BytePairJson.write(trainer.tokens, trainer.merges, folder);
  }

  /**
   * Learns from words that are already split into symbols.
   *
   * @param symbols all different; the ids of the words count them from 0
   * @param words with how often each was seen
   * @param size tokens in all; fewer come out where the words hold too few repeated pairs
   */
  public static Learned learn(List<String> symbols, Map<List<Integer>, Long> words, int size) {
    BytePairTrainer trainer = new BytePairTrainer(symbols, words);
    trainer.run(size);
    List<String> spelled = trainer.tokens;
    return new Learned(
        spelled,
        trainer.merges.stream()
            .map(pair -> spelled.get(pair.left) + " " + spelled.get(pair.right))
            .toList());
  }

  /** GPT-2's printable character for each of the 256 bytes. */
  public static List<String> alphabet() {
    return BytePairJson.alphabet();
  }

  private static Map<List<Integer>, Long> count(List<String> texts) {
    Map<List<Integer>, Long> counts = new LinkedHashMap<>();
    for (String text : texts) {
      Matcher matcher = WORD.matcher(text);
      while (matcher.find()) {
        counts.merge(ids(matcher.group()), 1L, Long::sum);
      }
    }
    return counts;
  }

  private static List<Integer> ids(String word) {
    List<Integer> ids = new ArrayList<>();
    for (byte each : word.getBytes(StandardCharsets.UTF_8)) {
      ids.add(SPECIAL.size() + (each & 0xff));
    }
    return ids;
  }

  private void run(int vocabSize) {
    while (tokens.size() < vocabSize && !queue.isEmpty()) {
      Candidate best = queue.remove();
      long count = pairs.getOrDefault(best.pair, 0L);
      if (count != best.count) { // stale: the pair is queued again with its present count
        if (count >= LEAST_COUNT) {
          queue.add(new Candidate(best.pair, count));
        }
        continue;
      }
      if (count < LEAST_COUNT) {
        break;
      }
      merge(best.pair, id(best.pair));
      merges.add(best.pair);
    }
  }

  /** The id of a pair's token: two pairs may spell the same one. */
  private int id(Pair pair) {
    String token = tokens.get(pair.left) + tokens.get(pair.right);
    Integer known = spelled.putIfAbsent(token, tokens.size());
    if (known == null) {
      tokens.add(token);
    }
    return known == null ? tokens.size() - 1 : known;
  }

  private void merge(Pair pair, int id) {
    List<Integer> holders = places.remove(pair);
    for (int i : holders == null ? List.<Integer>of() : holders) {
      int[] merged = replace(words.get(i), pair, id);
      if (merged.length < words.get(i).length) {
        add(i, -1);
        words.set(i, merged);
        add(i, 1);
        queueNew(merged, id);
      }
    }
  }

  /** Adds or takes away a word's pairs; places only grow, and stale ones do no harm. */
  private void add(int word, int sign) {
    int[] ids = words.get(word);
    for (int k = 0; k + 1 < ids.length; k++) {
      Pair pair = new Pair(ids[k], ids[k + 1]);
      long now = pairs.merge(pair, sign * counts.get(word), Long::sum);
      if (now == 0) {
        pairs.remove(pair);
      }
      if (sign > 0) {
        List<Integer> holders = places.computeIfAbsent(pair, p -> new ArrayList<>());
        if (holders.isEmpty() || holders.get(holders.size() - 1) != word) {
          holders.add(word);
        }
      }
    }
  }

  /**
   * Queues the pairs that a merge made. A queued count may since have grown, so each change of a
   * new pair's count is queued; counts of old pairs only fall, which {@link #run} notices.
   */
  private void queueNew(int[] ids, int id) {
    for (int k = 0; k + 1 < ids.length; k++) {
      if (ids[k] == id || ids[k + 1] == id) {
        Pair pair = new Pair(ids[k], ids[k + 1]);
        queue.add(new Candidate(pair, pairs.getOrDefault(pair, 0L)));
      }
    }
  }

  private static int[] replace(int[] ids, Pair pair, int id) {
    int[] merged = new int[ids.length];
    int n = 0;
    for (int k = 0; k < ids.length; k++) {
      boolean here = ids[k] == pair.left && k + 1 < ids.length && ids[k + 1] == pair.right;
      merged[n++] = here ? id : ids[k];
      k += here ? 1 : 0;
    }
    return Arrays.copyOf(merged, n);
  }
}
