package palimpsest.torch.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.checkpoint.Safetensors.Entry;

/** Reads and checks the header; streams it, so that a hostile one cannot fill the heap. */
final class SafetensorsHeader {
  private static final long LONGEST = 100_000_000;
  private static final int HIGHEST_RANK = 16;
  private static final String METADATA = "__metadata__";

  private final Path file;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> metadata = new TreeMap<>();
  private long start;
  private long size;

  private SafetensorsHeader(Path file) {
    this.file = file;
  }

  Map<String, Entry> entries() {
    return entries;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  /** Bytes of the file when it was opened. */
  long size() {
    return size;
  }

  static SafetensorsHeader read(Path file, FileChannel channel) throws IOException {
    SafetensorsHeader header = new SafetensorsHeader(file);
    long size = channel.size();
    header.size = size;
    byte[] json = header.bytes(channel, size);
    header.start = Long.BYTES + (long) json.length;
    try (JsonParser parser = JsonFile.FACTORY.createParser(json)) {
      header.parse(parser);
    } catch (JsonProcessingException e) {
      throw header.corrupt("header is not JSON: " + Words.quoted(e.getOriginalMessage()));
    }
    header.checkPlaces(size);
    return header;
  }

  private byte[] bytes(FileChannel channel, long size) throws IOException {
    if (size < Long.BYTES) {
      throw corrupt("truncated: " + size + " bytes, wanted at least 8");
    }
    long length = take(channel, 0, Long.BYTES).getLong();
    if (length < 0 || length > LONGEST) {
      throw corrupt(
          "header of " + Long.toUnsignedString(length) + " bytes, wanted at most " + LONGEST);
    }
    if (length > size - Long.BYTES) {
      throw corrupt(
          "header of " + length + " bytes, wanted at most the " + (size - Long.BYTES) + " there");
    }
    byte[] json = take(channel, Long.BYTES, (int) length).array();
    if (json.length == 0 || json[0] != '{') {
      throw corrupt("header does not begin with {");
    }
    return json;
  }

  private ByteBuffer take(FileChannel channel, long from, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, from + bytes.position()) < 0) {
        throw corrupt("truncated inside the header");
      }
    }
    return bytes.flip();
  }

  private void parse(JsonParser parser) throws IOException {
    parser.nextToken();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      require(parser.nextToken() == JsonToken.START_OBJECT, name, "is not an object");
      if (name.equals(METADATA)) {
        parseMetadata(parser);
      } else {
        Entry entry = parseEntry(parser, name);
        entries.put(name, entry);
      }
    }
    if (parser.nextToken() != null) {
      throw corrupt("header goes on after its end");
    }
  }

  private void parseMetadata(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      require(parser.nextToken() == JsonToken.VALUE_STRING, METADATA, "has a value not a string");
      metadata.put(key, parser.getText());
    }
  }

  private Entry parseEntry(JsonParser parser, String name) throws IOException {
    Dtype dtype = null;
    long[] shape = null;
    long[] offsets = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      if (key.equals("dtype")) {
        require(value == JsonToken.VALUE_STRING, name, "has a dtype that is not a string");
        dtype = dtype(name, parser.getText());
      } else if (key.equals("shape")) {
        shape = naturals(parser, name, key, HIGHEST_RANK);
      } else if (key.equals("data_offsets")) {
        offsets = naturals(parser, name, key, 2);
      } else {
        throw corrupt(name, "has an unknown key " + Words.quoted(key));
      }
    }
    if (dtype == null || shape == null || offsets == null || offsets.length != 2) {
      throw corrupt(name, "lacks one of dtype, shape, data_offsets of two numbers");
    }
    return entry(name, dtype, shape, offsets);
  }

  private Dtype dtype(String name, String given) {
    for (Dtype dtype : Dtype.values()) {
      if (dtype.name().equals(given)) {
        return dtype;
      }
    }
    if (Dtype.FOREIGN.contains(given)) {
      throw new UnsupportedModel(
          file
              + ": tensor "
              + Words.quoted(name)
              + " has dtype "
              + given
              + "; supported: F32, F16, BF16");
    }
    throw corrupt(name, "has unknown dtype " + Words.quoted(given));
  }

  private long[] naturals(JsonParser parser, String name, String key, int most) throws IOException {
    require(parser.currentToken() == JsonToken.START_ARRAY, name, key + " is not a list");
    long[] values = new long[most];
    int n = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      require(n < most, name, key + " has more than " + most + " numbers");
      boolean natural =
          parser.currentToken() == JsonToken.VALUE_NUMBER_INT
              && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
              && parser.getLongValue() >= 0;
      require(
          natural,
          name,
          key
              + " has "
              + Words.quoted(String.valueOf(parser.getText()))
              + ", wanted whole numbers from 0 to 2^63 - 1");
      values[n++] = parser.getLongValue();
    }
    return Arrays.copyOf(values, n);
  }

  private Entry entry(String name, Dtype dtype, long[] shape, long[] offsets) {
    long wanted = dtype.width();
    try {
      for (long size : shape) {
        wanted = Math.multiplyExact(wanted, size);
      }
      long length = Math.subtractExact(offsets[1], offsets[0]);
      require(
          length == wanted,
          name,
          "has " + length + " bytes, wanted " + wanted + " for " + Arrays.toString(shape));
      long offset = Math.addExact(start, offsets[0]);
      List<Long> sizes = Arrays.stream(shape).boxed().toList();
      return new Entry(name, dtype, sizes, offset, length);
    } catch (ArithmeticException e) {
      throw corrupt(name, "has shape " + Arrays.toString(shape) + " or offsets beyond 2^63 bytes");
    }
  }

  private void checkPlaces(long size) {
    List<Entry> sorted = new ArrayList<>(entries.values());
    sorted.sort(Comparator.comparingLong(Entry::offset).thenComparingLong(Entry::length));
    entries.clear();
    long at = start;
    for (Entry entry : sorted) {
      require(
          entry.offset() == at,
          entry.name(),
          (entry.offset() < at ? "overlaps the one before it" : "leaves a hole before it")
              + ": begins at byte "
              + entry.offset()
              + ", wanted "
              + at);
      at = entry.offset() + entry.length();
      require(
          at >= 0 && at <= size,
          entry.name(),
          "ends at byte "
              + Long.toUnsignedString(at)
              + " of a file of "
              + size
              + ": truncated or damaged");
      entries.put(entry.name(), entry);
    }
    if (at != size) {
      throw corrupt((size - at) + " bytes after the last tensor, wanted none");
    }
  }

  private void require(boolean holds, String tensor, String message) {
    if (!holds) {
      throw corrupt(tensor, message);
    }
  }

  private CorruptArtifact corrupt(String tensor, String message) {
    return corrupt("tensor " + Words.quoted(tensor) + " " + message);
  }

  private CorruptArtifact corrupt(String message) {
    return new CorruptArtifact(file + ": " + message);
  }
}
