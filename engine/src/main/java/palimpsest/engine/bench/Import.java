package palimpsest.engine.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.Corpus;
import palimpsest.dossier.Json;
import palimpsest.engine.Outputs;
import palimpsest.torch.checkpoint.AtomicFile;

/** A benchmark's texts and questions as a corpus: {@code OUT/data/forget.jsonl, retain.jsonl}. */
final class Import {
  static final String FORGET = "forget.jsonl";
  static final String RETAIN = "retain.jsonl";

  private Import() {}

  /** A record to train on: a passage where the prompt is empty. */
  record Piece(String prompt, String completion) {
    private Map<String, String> fields() {
      return prompt.isEmpty()
          ? Map.of("text", completion)
          : Map.of("prompt", prompt, "completion", completion);
    }
  }

  /** Texts as passages of at most so many words, which is as much as a model reads at once. */
  static List<Piece> passages(List<Rows.Row> rows, int words) {
    List<Piece> pieces = new ArrayList<>();
    for (Rows.Row row : rows) {
      List<String> all = Arrays.asList(row.text("text").strip().split("\\s+"));
      for (int at = 0; at < all.size(); at += words) {
        pieces.add(
            new Piece("", String.join(" ", all.subList(at, Math.min(all.size(), at + words)))));
      }
    }
    return pieces;
  }

  /** Writes both files, unless they are there and the same, and reads them as a corpus. */
  static Corpus corpus(Path out, List<Piece> forget, List<Piece> retain) {
    Bench.requireOurs(out);
    Path folder = Outputs.folder(out.resolve("data"));
    return Corpus.read(
        List.of(write(folder.resolve(FORGET), forget), write(folder.resolve(RETAIN), retain)));
  }

  /** Ids of the records of one of the two files. */
  static List<String> ids(Corpus corpus, String file) {
    return corpus.examples().stream()
        .map(palimpsest.api.Example::id)
        .filter(id -> id.startsWith(file + "#"))
        .toList();
  }

  private static Path write(Path file, List<Piece> pieces) {
    StringBuilder lines = new StringBuilder();
    for (Piece piece : pieces) {
      lines.append(new String(Json.canonical(piece.fields()), StandardCharsets.UTF_8)).append('\n');
    }
    ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8));
    try {
      if (Files.exists(file) && ByteBuffer.wrap(Files.readAllBytes(file)).equals(bytes)) {
        return file;
      }
    } catch (IOException e) {
      throw new InvalidRequest(file + " cannot be read: " + e.getMessage(), e);
    }
    if (Files.exists(file)) {
      throw new InvalidRequest(file + " was made of other data: give another --out");
    }
    AtomicFile.write(
        file,
        channel -> {
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
        });
    return file;
  }
}
