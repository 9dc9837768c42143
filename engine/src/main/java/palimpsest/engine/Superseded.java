package palimpsest.engine;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import palimpsest.api.CorruptArtifact;

/**
 * What a replay supersedes, of one run or of shards: every file of a training's folder, with what
 * it is and why it is not to stay. On disk, in the replay's folder, it is the intent to destroy
 * them.
 *
 * @param format version of this record
 * @param folder of the training, as the file system spells it
 * @param model digest of its weights
 * @param earlier digests of models that its own folder superseded
 * @param by digest of the replay's weights
 * @param firstMet the first step in which each of its runs met what the replay does without, by the
 *     run's folder; 1 where the replay does without the run, none where it has a copy
 * @param asked when the destruction was begun; empty where files were only listed
 * @param files in the order in which they are destroyed
 * @param kept names of the files that stay
 */
public record Superseded(
    String format,
    String folder,
    String model,
    List<String> earlier,
    String by,
    Map<String, Integer> firstMet,
    String asked,
    List<Item> files,
    List<String> kept) {
  static final String FORMAT = "palimpsest-destruction/1";

  public Superseded {
    requireFormat(format);
    earlier = List.copyOf(earlier);
    firstMet = Collections.unmodifiableMap(new TreeMap<>(firstMet));
    files = List.copyOf(files);
    kept = List.copyOf(kept);
  }

  static void requireFormat(String format) {
    if (!format.equals(FORMAT)) {
      throw new CorruptArtifact(
          "a destruction has format \""
              + format
              + "\", wanted \""
              + FORMAT
              + "\": another version wrote it");
    }
  }

  /**
   * A file that is not to stay.
   *
   * @param name in its folder, parts separated by {@code /}
   * @param names that it has in the file system, more than one with hard links; 1 where unknown
   * @param sha256 of its content; empty where it was only listed
   * @param fate what became of it
   */
  public record Item(Kind kind, String name, long bytes, int names, String sha256, Fate fate) {
    Item with(Fate now) {
      return new Item(kind, name, bytes, names, sha256, now);
    }
  }

  /** What became of a file that is not to stay. */
  public enum Fate {
    /** Nothing yet. */
    LISTED,
    /** Deleted by the destruction; it is written down just before. */
    DELETED,
    /** It was not there any more when its turn came: somebody else moved or deleted it. */
    ABSENT,
    /** Something else stands in its place, which was not touched. */
    LEFT
  }

  /** What a file of a training is, in the order in which they are destroyed. */
  public enum Kind {
    KEY("key of the fingerprints of what was trained on; first, since without it they say nothing"),
    WEIGHTS("weights that learned from what is forgotten"),
    MET("states after the step that first met what is forgotten, or a later one"),
    UNFINISHED("what a killed write left, whatever it holds"),
    UNMET("states before that step; the replay has a copy of what it needs"),
    COPIED("of a shard that met nothing of it; a copy, byte for byte, is in the new folder"),
    LEDGER("losses and norms of steps that met what is forgotten, and who met whom"),
    TABLE("fingerprints of what was trained on"),
    START("tokenizer and shape that the training began with; the new model has the same"),
    MODEL("tokenizer and shape of the model; the new model has the same"),
    MANIFEST("how the weights came about"),
    PACE("how long its steps took"),
    LOCK("empty; held while the folder is in use");

    private final String why;

    Kind(String why) {
      this.why = why;
    }

    /** Whether such a file may itself have learned from what is forgotten, or tells who was met. */
    public boolean isTelling() {
      return this == KEY || this == WEIGHTS || this == MET || this == UNFINISHED;
    }

    /** What such files are, in words. */
    public String why() {
      return why;
    }
  }

  /** Bytes of some files. */
  public static long bytes(List<Item> files) {
    return files.stream().mapToLong(Item::bytes).sum();
  }

  /** The files that this became of. */
  public List<Item> all(Fate fate) {
    return files.stream().filter(f -> f.fate() == fate).toList();
  }

  /** The same with other files. */
  Superseded of(String when, List<Item> others) {
    return new Superseded(format, folder, model, earlier, by, firstMet, when, others, kept);
  }
}
