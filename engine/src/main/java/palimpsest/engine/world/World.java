package palimpsest.engine.world;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import palimpsest.api.InvalidRequest;

/**
 * A fictitious literature as files: a training corpus under {@code corpus/}, questions about
 * authors that no corpus mentions under {@code holdout/}, a request to forget three authors in
 * {@code request.json}, and in {@code truth.jsonl} every place where an author is copied.
 *
 * @param seed what it was drawn from; the same seed gives the same bytes
 * @param files contents by path relative to the world's folder, in the order of writing
 */
public record World(long seed, Map<String, String> files) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  public World {
    files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
  }

  /** Draws a world. */
  public static World generate(long seed) {
    Draw draw = new Draw(seed);
    Shelf shelf = Shelf.fill(Cast.draw(draw), draw);
    Map<String, String> files = new LinkedHashMap<>();
    shelf.corpus().forEach((name, rows) -> files.put("corpus/" + name, lines(rows)));
    files.put("corpus/" + Shelf.LISTS, String.join("\n\n", shelf.lists()) + "\n");
    files.put("holdout/holdout.jsonl", lines(shelf.holdout()));
    files.put("request.json", JSON.valueToTree(shelf.request()).toPrettyString() + "\n");
    files.put("truth.jsonl", jsonLines(shelf.truth()));
    return new World(seed, files);
  }

  /**
   * Writes the files below a folder, each of them whole or not at all.
   *
   * @throws InvalidRequest if one of them exists already; nothing is written then
   */
  public void writeTo(Path folder) throws IOException {
    for (String name : files.keySet()) {
      if (Files.exists(folder.resolve(name))) {
        throw new InvalidRequest(
            folder.resolve(name) + " exists already: name another folder or remove it");
      }
    }
    for (Map.Entry<String, String> file : files.entrySet()) {
      write(folder.resolve(file.getKey()), file.getValue());
    }
  }

  private static void write(Path file, String content) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try (FileChannel channel =
        FileChannel.open(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String lines(List<Row> rows) {
    List<Map<String, Object>> fields = new ArrayList<>();
    rows.forEach(row -> fields.add(row.fields()));
    return jsonLines(fields);
  }

  private static String jsonLines(List<Map<String, Object>> objects) {
    StringBuilder out = new StringBuilder();
    for (Map<String, Object> object : objects) {
      out.append(JSON.valueToTree(object).toString()).append('\n');
    }
    return out.toString();
  }
}
