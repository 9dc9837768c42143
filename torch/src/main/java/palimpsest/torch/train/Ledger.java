package palimpsest.torch.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import palimpsest.api.CorruptArtifact;

/**
 * An append-only, hash-chained file of lines: the record from which a run can be done again.
 *
 * <pre>hash_0 = SHA-256(newline header); hash_i = SHA-256(hash_(i-1) newline line_i)</pre>
 *
 * <p>A last line without its newline is what a crash leaves: it is cut. Anything else that does not
 * fit the chain is an error. Lines that were written before a crash but after the last checkpoint
 * are not removed: the steps are done again and must give the same lines.
 */
public final class Ledger implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;
  private final List<String> lines;
  private int written;
  private String head;

  private Ledger(Path file, FileChannel channel, List<String> lines) {
    this.file = file;
    this.channel = channel;
    this.lines = lines;
    this.head = "";
  }

  /** Opens or begins a ledger; its chain is checked, a torn last line cut. */
  public static Ledger open(Path file) {
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      List<String> lines = read(file);
      long size =
          lines.stream().mapToLong(l -> l.getBytes(StandardCharsets.UTF_8).length + 1).sum();
      channel.truncate(size).position(size);
      return new Ledger(file, channel, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Complete lines of a ledger, its chain checked. */
  public static List<String> read(Path file) throws IOException {
    String text = completeLines(file);
    List<String> lines = new ArrayList<>();
    String previous = "";
    int from = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      String line = text.substring(from, end);
      String content = content(file, line, lines.size() + 1);
      String hash = hash(previous, content);
      if (!line.equals(chained(content, hash))) {
        throw new CorruptArtifact(
            String.format(
                Locale.ROOT,
                "%s line %d does not fit the chain: the ledger was altered; restore it from a copy",
                file,
                lines.size() + 1));
      }
      lines.add(line);
      previous = hash;
      from = end + 1;
    }
    return lines;
  }

  /** The file up to its last newline: what follows may be torn, even inside a character. */
  private static String completeLines(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, end)).toString();
    } catch (CharacterCodingException e) {
      throw new CorruptArtifact(
          file + " is not UTF-8: the ledger was altered; restore it from a copy", e);
    }
  }

  /** Lines in the file, whether or not this run has come to them yet. */
  public int size() {
    return lines.size();
  }

  /** A line, from 0. */
  String line(int index) {
    return lines.get(index);
  }

  /** How many of the first steps met anybody, and so moved the weights. */
  int updates(int steps) {
    return (int)
        lines.subList(1, steps + 1).stream().filter(l -> !l.contains(LedgerStep.NOBODY)).count();
  }

  /** Hash of the last line up to where this run stands; empty before the first. */
  public String head() {
    return head;
  }

  /** Continues after the first {@code count} lines, as if this run had written them. */
  void skipTo(int count) {
    written = count;
    head = count == 0 ? "" : hashOf(lines.get(count - 1));
  }

  /** Appends a line; where the file already has it, from before a crash, it must be the same. */
  void append(String content) {
    String hash = hash(head, content);
    String line = chained(content, hash);
    if (written < lines.size()) {
      if (!lines.get(written).equals(line)) {
        throw new CorruptArtifact(
            String.format(
                Locale.ROOT,
                "%s line %d: the step done again differs from the one recorded, so this is not the same"
                    + " run: check that data, libtorch, BLAS and processor are the same",
                file,
                written + 1));
      }
    } else {
      write(line + "\n");
      lines.add(line);
    }
    written++;
    head = hash;
  }

  private void write(String text) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Forces what was appended to the disk. */
  void sync() {
    try {
      channel.force(false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final String HASH = ",\"hash\":\"";

  private static String chained(String content, String hash) {
    return content + HASH + hash + "\"}";
  }

  private static String content(Path file, String line, int number) {
    if (line.lastIndexOf(HASH) < 0) {
      throw new CorruptArtifact(file + " line " + number + " is not a ledger line");
    }
    return content(line);
  }

  /** A line without its hash, as {@link #append} takes it. */
  static String content(String line) {
    return line.substring(0, line.lastIndexOf(HASH));
  }

  static String hashOf(String line) {
    int at = line.lastIndexOf(HASH) + HASH.length();
    return line.substring(at, at + 64);
  }

  private static String hash(String previous, String content) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      byte[] text = (previous + "\n" + content).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(sha.digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
