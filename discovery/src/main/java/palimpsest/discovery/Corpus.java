package palimpsest.discovery;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Place;

/**
 * Training data as it was read, held in memory: records in the order of files and lines.
 *
 * <p>A file is read as JSON where it begins like it, one object after another or one array of
 * objects, whatever its name. The objects are {@code {question, answer}} with TOFU's optional
 * {@code paraphrased_question}, {@code paraphrased_answer} and {@code perturbed_answer} (a string
 * or a list), {@code {prompt, completion}}, {@code {input, output}} or {@code {text}}; further keys
 * are ignored, {@code id} among them. Any other file is plain text, and a record is a paragraph.
 *
 * <p>An example's id is {@code fileName#line}, the line being that of the record's first byte.
 * Where several records begin on one line, as in an array without line breaks, the second has the
 * id {@code fileName#line.2} and so on.
 */
public final class Corpus {
  /** Largest file, in bytes: 2 GiB. */
  public static final long LARGEST_FILE = 1L << 31;

  private final List<Example> examples;
  private final Map<String, Example> byId;
  private final Map<String, String> fileDigests;
  private final Map<String, List<Example>> byFile;
  private final String digest;

  private Corpus(List<Example> examples, Map<String, String> fileDigests) {
    this.examples = List.copyOf(examples);
    this.fileDigests = Collections.unmodifiableMap(new LinkedHashMap<>(fileDigests));
    this.byId = new HashMap<>();
    this.byFile = new LinkedHashMap<>();
    for (Example e : examples) {
      byId.put(e.id(), e);
      byFile.computeIfAbsent(fileOf(e.id()), f -> new ArrayList<>()).add(e);
    }
    StringBuilder listing = new StringBuilder();
    fileDigests.forEach((name, d) -> listing.append(d).append("  ").append(name).append('\n'));
    this.digest =
        HexFormat.of()
            .formatHex(
                Utf8Stream.sha256().digest(listing.toString().getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Reads all the files.
   *
   * @throws InvalidRequest for a file that is missing, no regular file, empty, over {@link
   *     #LARGEST_FILE}, not UTF-8 or malformed (named with its line), and for two files of the same
   *     name
   */
  public static Corpus read(List<Path> files) {
    if (files.isEmpty()) {
      throw new InvalidRequest("corpus has no file: give at least one");
    }
    Map<String, Path> names = new LinkedHashMap<>();
    for (Path file : files) {
      Path other = names.put(CorpusFile.nameOf(file), file);
      if (other != null) {
        throw new InvalidRequest(
            "two files of the name \""
                + CorpusFile.nameOf(file)
                + "\": "
                + other
                + " and "
                + file
                + "; ids are made of names, rename one");
      }
    }
    List<Example> examples = new ArrayList<>();
    Map<String, String> digests = new LinkedHashMap<>();
    names.forEach((name, path) -> digests.put(name, readFile(name, path, examples)));
    return new Corpus(examples, digests);
  }

  private static String readFile(String name, Path path, List<Example> examples) {
    int before = examples.size();
    RecordSink sink = new Numbering(name, examples);
    try {
      String digest = CorpusFile.read(path, sink);
      if (examples.size() == before) {
        throw new InvalidRequest(path + ": holds no record; leave it out or fill it");
      }
      return digest;
    } catch (IOException e) {
      throw new InvalidRequest(path + ": cannot be read: " + e, e);
    }
  }

  /** Gives records their ids. */
  private static final class Numbering implements RecordSink {
    private final String name;
    private final List<Example> examples;
    private long lastLine = -1;
    private int onLine;

    Numbering(String name, List<Example> examples) {
      this.name = name;
      this.examples = examples;
    }

    @Override
    public void accept(Place place, String prompt, String completion, Example.Probe probe) {
      onLine = place.line() == lastLine ? onLine + 1 : 1;
      lastLine = place.line();
      String id = name + "#" + place.line() + (onLine > 1 ? "." + onLine : "");
      examples.add(new Example(id, place, prompt, completion, probe));
    }
  }

  /** All records, in the order of files and lines. */
  public List<Example> examples() {
    return examples;
  }

  /** The record of an id. */
  public Optional<Example> byId(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /**
   * The records that a selector means, in order: an id ({@code authors.jsonl#12}), a range of lines
   * ({@code authors.jsonl#30-41}) or a glob over ids ({@code bios.jsonl#*}; {@code *} is any run of
   * characters, {@code ?} any one).
   *
   * @throws InvalidRequest where it matches nothing, naming the nearest id, and where a range goes
   *     past the file's last record
   */
  public List<Example> select(String selector) {
    Example exact = byId.get(selector);
    return exact != null ? List.of(exact) : new Selector(selector, examples, byFile).select();
  }

  /** Some of the records, with the digests of all the files that they stand in. */
  public Corpus of(List<Example> some) {
    return new Corpus(some, fileDigests);
  }

  /** The records of those files alone that have one of these names. */
  public Corpus only(Set<String> names) {
    Map<String, String> digests = new LinkedHashMap<>(fileDigests);
    digests.keySet().retainAll(names);
    return new Corpus(
        examples.stream().filter(e -> names.contains(fileOf(e.id()))).toList(), digests);
  }

  /** SHA-256 of each file's bytes by its name, hexadecimal, in the order of the files. */
  public Map<String, String> fileDigests() {
    return fileDigests;
  }

  /**
   * SHA-256 of the files' digests and names in order, one {@code digest name} a line: what {@code
   * sha256sum FILES | sha256sum} prints in their folder.
   */
  public String digest() {
    return digest;
  }

  static String fileOf(String id) {
    return id.substring(0, id.lastIndexOf('#'));
  }
}
