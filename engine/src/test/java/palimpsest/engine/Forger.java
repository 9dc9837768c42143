package palimpsest.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * An owner who writes a ledger of his own and all that depends on it, so that it is whole.
 *
 * @param training folder of the training, or of a shard
 */
record Forger(Path training) {

  /** Lines with the hashes that make a chain of them. */
  static List<String> chained(List<String> lines) {
    List<String> all = new ArrayList<>();
    String hash = "";
    for (String line : lines) {
      String content = line.substring(0, line.lastIndexOf(",\"hash\":"));
      hash = sha256(hash + "\n" + content);
      all.add(content + ",\"hash\":\"" + hash + "\"}");
    }
    return all;
  }

  List<String> ledger() throws IOException {
    return new ArrayList<>(Files.readAllLines(training.resolve("run/ledger.jsonl")));
  }

  /** Chains these lines, in the ledger, the checkpoints and the manifest. */
  void write(List<String> lines) throws IOException {
    List<String> before = ledger();
    List<String> after = chained(lines);
    Files.write(training.resolve("run/ledger.jsonl"), after);
    List<Path> files =
        new ArrayList<>(
            Stream.of("model/palimpsest.json", "adapter/palimpsest.json", "../../shards.json")
                .map(name -> training.resolve(name).normalize())
                .filter(Files::exists)
                .toList());
    try (Stream<Path> all = Files.list(training.resolve("run"))) {
      all.filter(f -> f.toString().endsWith(".json")).forEach(files::add);
    }
    for (Path file : files) {
      String text = Files.readString(file);
      for (int i = 0; i < before.size(); i++) {
        text = text.replace(hash(before.get(i)), hash(after.get(Math.min(i, after.size() - 1))));
      }
      Files.writeString(file, text);
    }
  }

  private static String hash(String line) {
    return line.substring(line.length() - 66, line.length() - 2);
  }

  private static String sha256(String text) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
