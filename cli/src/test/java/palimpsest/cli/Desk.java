package palimpsest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import palimpsest.testkit.TinyModels;

/**
 * A folder with what a person would have: {@code model/} of ten thousand parameters, {@code
 * corpus.jsonl} of twelve records, {@code request.json} for one of them, {@code trained/} by this
 * software on that corpus.
 */
record Desk(Path folder) {
  static final String REQUEST =
      """
      {"id": "r-1", "requester": "a person", "reason": "privacy", "objective": "both",
       "release": "hosted", "target": {"kind": "observed", "records": ["corpus.jsonl#3"]}}
      """;

  static Desk make(Path folder) {
    Desk desk = new Desk(folder);
    TinyModels.write(desk.path("model"), 5);
    StringBuilder corpus = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      corpus.append(
          "{\"question\": \"Where does person %d live?\", \"answer\": \"In house %d.\"}%n"
              .formatted(i, 100 + i));
    }
    desk.write("corpus.jsonl", corpus.toString());
    desk.write("request.json", REQUEST);
    return desk;
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  /** The path as an argument. */
  String at(String name) {
    return path(name).toString();
  }

  Path write(String name, String text) {
    return write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  Path write(String name, byte[] bytes) {
    try {
      Files.createDirectories(path(name).getParent());
      return Files.write(path(name), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] bytes(String name) {
    try {
      return Files.readAllBytes(path(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void delete(String name) {
    try (Stream<Path> tree = Files.walk(path(name))) {
      for (Path each : tree.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The request with one part of its text replaced. */
  Path request(String part, String by) {
    if (!REQUEST.contains(part)) {
      throw new IllegalArgumentException("the request does not hold " + part);
    }
    return write("request.json", REQUEST.replace(part, by));
  }

  /** Changes a JSON file of the model. */
  void json(String name, Consumer<ObjectNode> change) {
    try {
      ObjectMapper mapper = new ObjectMapper();
      ObjectNode node = (ObjectNode) mapper.readTree(bytes(name));
      change.accept(node);
      write(name, mapper.writeValueAsBytes(node));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Changes the header of the model's safetensors and leaves its data. */
  void header(Consumer<ObjectNode> change) {
    try {
      byte[] old = bytes("model/model.safetensors");
      int length = (int) ByteBuffer.wrap(old).order(ByteOrder.LITTLE_ENDIAN).getLong();
      ObjectMapper mapper = new ObjectMapper();
      ObjectNode header = (ObjectNode) mapper.readTree(Arrays.copyOfRange(old, 8, 8 + length));
      change.accept(header);
      byte[] fresh = mapper.writeValueAsBytes(header);
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      file.write(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(fresh.length).array());
      file.write(fresh);
      file.write(old, 8 + length, old.length - 8 - length);
      write("model/model.safetensors", file.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a JSON file holds. */
  JsonNode tree(String name) {
    return tree(bytes(name));
  }

  static JsonNode tree(byte[] json) {
    try {
      return new ObjectMapper().readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A person's decision on some records, in {@code decision.json}. */
  void decide(String... records) {
    write(
        "decision.json",
        "{\"scope\": \"LISTED\", \"by\": \"me\", \"reason\": \"because\", \"leftOut\": [],"
            + " \"examples\": [\""
            + String.join("\", \"", records)
            + "\"]}");
  }

  /** A request for some records alone. */
  void ask(String... records) {
    request("\"corpus.jsonl#3\"", "\"" + String.join("\", \"", records) + "\"");
  }

  /** A command line that is done; see {@link BadCase#line}. */
  Invocation run(String line) {
    Invocation run = Invocation.of(BadCase.line(this, line));
    assertThat(run.code()).as(run.err()).isZero();
    return run;
  }

  /** What a command prints that is done, as JSON. */
  JsonNode json(String line) {
    return tree(run(line).out().getBytes(StandardCharsets.UTF_8));
  }

  /** A command line that fails, and tells so in one line, the last; gives that line. */
  String fail(int code, String line) {
    Invocation run = Invocation.of(BadCase.line(this, line));
    assertThat(run.code()).as(run.err()).isEqualTo(code);
    List<String> told = run.err().lines().filter(l -> l.startsWith("palimpsest: ")).toList();
    assertThat(told).as(run.err()).hasSize(1);
    assertThat(run.err()).endsWith(told.get(0) + System.lineSeparator());
    return told.get(0);
  }

  /** Every file in the folder with its content. */
  Map<String, ByteBuffer> snapshot() {
    Map<String, ByteBuffer> files = new TreeMap<>();
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path each : tree.toList()) {
        if (Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS)) {
          files.put(folder.relativize(each).toString(), ByteBuffer.wrap(Files.readAllBytes(each)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }
}
