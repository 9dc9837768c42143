package palimpsest.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import palimpsest.api.Example;
import palimpsest.torch.text.Tokenizer;

/** A folder with trainings in it, and what can be read from its files. */
record Store(Path folder) {

  /** Everything in it by name: content of files, where links lead, nothing of folders. */
  Map<String, ByteBuffer> content() throws IOException {
    Map<String, ByteBuffer> all = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.toList()) {
        all.put(folder.relativize(path).toString(), ByteBuffer.wrap(bytes(path)));
      }
    }
    return all;
  }

  private static byte[] bytes(Path path) throws IOException {
    if (Files.isSymbolicLink(path)) {
      return Files.readSymbolicLink(path).toString().getBytes(StandardCharsets.UTF_8);
    }
    return Files.isDirectory(path) ? new byte[0] : Files.readAllBytes(path);
  }

  /** Names of files that hold a record's prompt or completion, as text or as token ids. */
  List<String> holding(List<Example> records, Tokenizer tokenizer) throws IOException {
    List<byte[]> wanted = new ArrayList<>();
    for (Example record : records) {
      for (String text : List.of(record.prompt(), record.completion())) {
        wanted.addAll(forms(text, tokenizer.encode(text)));
      }
    }
    List<String> found = new ArrayList<>();
    for (Path file : Letters.files(folder)) {
      byte[] bytes = Files.readAllBytes(file);
      if (wanted.stream().anyMatch(form -> isIn(form, bytes))) {
        found.add(folder.relativize(file).toString());
      }
    }
    return found;
  }

  /** Writes each record in each form as if a killed write had left it. */
  static void plant(List<Example> records, Tokenizer tokenizer, List<Path> unfinished)
      throws IOException {
    for (Path folder : unfinished) {
      Files.createDirectories(folder);
    }
    for (int i = 0; i < records.size(); i++) {
      String text = records.get(i).completion();
      int k = 0;
      for (byte[] form : Store.forms(text, tokenizer.encode(text))) {
        Path file = unfinished.get(i).resolve("half-" + i + "-" + k++);
        Files.write(file, ByteBuffer.allocate(form.length + 3).put(1, form).array());
      }
    }
  }

  /** SHA-256 of every file in a folder. */
  static List<String> digests(Path folder) throws IOException {
    List<String> digests = new ArrayList<>();
    for (Path file : Letters.files(folder)) {
      digests.add(Fingerprints.ofFile(file));
    }
    return digests;
  }

  /** How a text may stand in a file: UTF-8, ids of 32 and of 64 bits, lists of ids in JSON. */
  static List<byte[]> forms(String text, int[] ids) {
    ByteBuffer narrow = ByteBuffer.allocate(4 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer wide = ByteBuffer.allocate(8 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer big = ByteBuffer.allocate(4 * ids.length);
    for (int id : ids) {
      narrow.putInt(id);
      wide.putLong(id);
      big.putInt(id);
    }
    return List.of(
        utf8(text),
        narrow.array(),
        wide.array(),
        big.array(),
        utf8(list(ids, ",")),
        utf8(list(ids, ", ")));
  }

  private static String list(int[] ids, String between) {
    return Arrays.stream(ids).mapToObj(String::valueOf).collect(Collectors.joining(between));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static boolean isIn(byte[] wanted, byte[] bytes) {
    for (int at = 0; at + wanted.length <= bytes.length; at++) {
      if (Arrays.equals(wanted, 0, wanted.length, bytes, at, at + wanted.length)) {
        return true;
      }
    }
    return false;
  }
}
