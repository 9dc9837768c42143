package palimpsest.torch.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.Item;
import palimpsest.torch.checkpoint.AtomicFile;

/**
 * Which example stands at which place of a run, told by keyed fingerprints: enough to refuse other
 * data, and no copy of the data nor, without the key, a way to test guesses of it.
 *
 * <pre>
 * examples.key    32 bytes; once it is destroyed the table says nothing
 * examples.hmac   HMAC-SHA256(key, content), of texts the prompt's length and all ids; 16 bytes in
 *                 hexadecimal, a line each; a dash at a place that is empty
 * </pre>
 *
 * @param run folder of the run
 */
public record ExampleTable(Path run) {
  private static final String EMPTY = "-";
  private static final int KEY_BYTES = 32;
  private static final int BYTES = 16;

  /**
   * Writes the table at a run's beginning, or checks the data of one that goes on.
   *
   * @param gone places that stay empty
   * @throws InvalidRequest if the folder is of a run on other data, naming the first that differs
   * @throws CorruptArtifact if key or table are damaged
   */
  public void require(List<? extends Item> data, Set<Integer> gone) {
    if (!Files.exists(table())) {
      begin(data, gone);
    }
    List<String> there = lines();
    if (there.size() != data.size()) {
      throw new InvalidRequest(
          run + " is of a run of " + there.size() + " examples, got " + data.size());
    }
    Mac mac = mac();
    for (int i = 0; i < there.size(); i++) {
      if (!gone.contains(i) && !there.get(i).equals(fingerprint(mac, data.get(i)))) {
        throw new InvalidRequest(
            run + " is of a run on other data: example " + (i + 1) + " is not the one that it met");
      }
    }
  }

  /**
   * Examples at their places in a run.
   *
   * @param data by place, with anything where there is none
   * @param gone places of which the example is not there
   */
  public record Places<T extends Item>(List<T> data, NavigableSet<Integer> gone) {
    public Places {
      data = List.copyOf(data);
      gone = Collections.unmodifiableNavigableSet(new TreeSet<>(gone));
    }
  }

  /**
   * Puts examples at their places, wherever they stand in their list; of equal ones the first takes
   * the first place.
   *
   * @param vacant what stands where there is none; never met
   * @throws InvalidRequest if one of them is not of this run
   */
  public <T extends Item> Places<T> places(List<T> examples, T vacant) {
    Mac mac = mac();
    Map<String, Deque<Integer>> free = new HashMap<>();
    List<String> there = lines();
    for (int i = 0; i < there.size(); i++) {
      free.computeIfAbsent(there.get(i), k -> new ArrayDeque<>()).add(i);
    }
    List<T> data = new ArrayList<>(Collections.nCopies(there.size(), vacant));
    NavigableSet<Integer> gone = new TreeSet<>();
    IntStream.range(0, there.size()).forEach(gone::add);
    for (int i = 0; i < examples.size(); i++) {
      Deque<Integer> places = free.get(fingerprint(mac, examples.get(i)));
      Integer place = places == null ? null : places.poll();
      if (place == null) {
        throw new InvalidRequest(
            run
                + " met nothing like record "
                + (i + 1)
                + ": give the corpus that it was trained on");
      }
      data.set(place, examples.get(i));
      gone.remove(place);
    }
    return new Places<>(data, gone);
  }

  /** Which of some examples the run met; of equal ones no more than it met. */
  public BitSet met(List<? extends Item> examples) {
    Mac mac = mac();
    Map<String, Integer> free = new HashMap<>();
    lines().forEach(line -> free.merge(line, 1, Integer::sum));
    BitSet met = new BitSet(examples.size());
    for (int i = 0; i < examples.size(); i++) {
      if (free.merge(fingerprint(mac, examples.get(i)), -1, Integer::sum) >= 0) {
        met.set(i);
      }
    }
    return met;
  }

  /**
   * Refuses a run whose table says nothing.
   *
   * @throws InvalidRequest if its key is not there
   * @throws CorruptArtifact if that is of another length
   */
  public void requireKey() {
    mac();
  }

  /** SHA-256 of the table, in hexadecimal. */
  public String digest() {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(Files.readAllBytes(table())));
    } catch (IOException e) {
      throw new CorruptArtifact(table() + " cannot be read: restore it from a copy", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Places of the run, empty ones too. */
  public int size() {
    return lines().size();
  }

  /**
   * For each of some examples the places at which it or one equal to it was met, in ascending
   * order. A run that is done again without some of equal ones has the last of their places empty,
   * since those that are left take the first ({@link #places}).
   *
   * @throws InvalidRequest if one of them is not of this run
   */
  public List<List<Integer>> placesOf(List<? extends Item> some) {
    Mac mac = mac();
    Map<String, List<Integer>> there = new HashMap<>();
    List<String> lines = lines();
    for (int i = 0; i < lines.size(); i++) {
      there.computeIfAbsent(lines.get(i), k -> new ArrayList<>()).add(i);
    }
    List<List<Integer>> found = new ArrayList<>();
    for (int i = 0; i < some.size(); i++) {
      List<Integer> places = there.get(fingerprint(mac, some.get(i)));
      if (places == null) {
        throw new InvalidRequest(
            run
                + " met nothing like record "
                + (i + 1)
                + " of those to forget: give the corpus that it was trained on");
      }
      found.add(List.copyOf(places));
    }
    return found;
  }

  private void begin(List<? extends Item> data, Set<Integer> gone) {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    try {
      Files.createDirectories(run);
    } catch (IOException e) {
      throw new InvalidRequest("cannot make folder " + run + ": " + e.getMessage(), e);
    }
    write(key(), key);
    Mac mac = mac();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < data.size(); i++) {
      lines.add(gone.contains(i) ? EMPTY : fingerprint(mac, data.get(i)));
    }
    write(table(), (String.join("\n", lines) + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  private static void write(Path file, byte[] bytes) {
    AtomicFile.write(
        file,
        channel -> {
          ByteBuffer left = ByteBuffer.wrap(bytes);
          while (left.hasRemaining()) {
            channel.write(left);
          }
        });
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(table(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new CorruptArtifact(table() + " cannot be read: restore it from a copy", e);
    }
  }

  private Mac mac() {
    try {
      byte[] key = Files.readAllBytes(key());
      if (key.length != KEY_BYTES) {
        throw new CorruptArtifact(key() + " has " + key.length + " bytes, wanted " + KEY_BYTES);
      }
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac;
    } catch (IOException e) {
      throw new InvalidRequest(
          key() + " is not there: without it the run's examples cannot be told apart", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  private static String fingerprint(Mac mac, Item item) {
    int[] content = item.content();
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(4, content.length));
    bytes.asIntBuffer().put(content);
    return HexFormat.of().formatHex(Arrays.copyOf(mac.doFinal(bytes.array()), BYTES));
  }

  private Path key() {
    return run.resolve("examples.key");
  }

  private Path table() {
    return run.resolve("examples.hmac");
  }
}
