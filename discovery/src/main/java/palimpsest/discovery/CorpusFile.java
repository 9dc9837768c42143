package palimpsest.discovery;

import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import palimpsest.api.InvalidRequest;

/** Opens a file, tells JSON from plain text by how it begins, and reads its records. */
final class CorpusFile {
  private static final int HEAD = 1 << 13;
  private static final Pattern LIKE_JSON =
      Pattern.compile("\\s*(\\{\\s*[\"}]|\\[\\s*[\\[{\\]]).*", Pattern.DOTALL);

  private CorpusFile() {}

  static String nameOf(Path path) {
    Path last = path.getFileName();
    return last == null ? path.toString() : last.toString();
  }

  /** The path as given, with {@code /} as separator. */
  static String shown(Path path) {
    return path.toString().replace(File.separatorChar, '/');
  }

  /** Sends all records and returns the file's digest. */
  static String read(Path path, RecordSink sink) throws IOException {
    String file = shown(path);
    try (Utf8Stream bytes = open(path, Corpus.LARGEST_FILE);
        InputStream in = new BufferedInputStream(bytes, 1 << 16)) {
      long mark = bytes.count();
      in.mark(HEAD);
      byte[] head = in.readNBytes(HEAD);
      in.reset();
      if (head.length == 0) {
        throw new InvalidRequest(file + ": is empty; leave it out or fill it");
      }
      if (isJson(file, new String(head, StandardCharsets.UTF_8))) {
        JsonRecords.read(in, file, mark, sink);
      } else {
        TextRecords.read(in, file, mark, sink);
      }
      return bytes.digest();
    }
  }

  private static boolean isJson(String file, String head) {
    String name = file.toLowerCase(Locale.ROOT);
    return name.endsWith(".json")
        || name.endsWith(".jsonl")
        || name.endsWith(".ndjson")
        || LIKE_JSON.matcher(head).matches();
  }

  /** Opens a regular file of at most {@code limit} bytes as checked UTF-8. */
  static Utf8Stream open(Path path, long limit) throws IOException {
    String file = shown(path);
    if (!Files.exists(path)) {
      throw new InvalidRequest(file + ": no such file");
    }
    if (Files.isDirectory(path)) {
      throw new InvalidRequest(file + ": is a folder; give the files in it");
    }
    if (!Files.isRegularFile(path)) {
      throw new InvalidRequest(file + ": is not a regular file; give a file");
    }
    if (Files.size(path) > limit) {
      throw Utf8Stream.tooLarge(file, limit);
    }
    return new Utf8Stream(Files.newInputStream(path), file, limit);
  }
}
