package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Example;
import palimpsest.api.ShardedLoss;
import palimpsest.discovery.Corpus;
import palimpsest.torch.checkpoint.LlamaConfig;
import palimpsest.torch.llm.Adapter;
import palimpsest.torch.llm.AdapterFolder;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.llm.Trained;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.text.Tokenizer;
import palimpsest.torch.train.ExampleTable;
import palimpsest.torch.train.FinishedRun;

/**
 * What a model in shards is made of; beside it as {@code shards.json}.
 *
 * @param format version of this record
 * @param base the frozen checkpoint
 * @param digest of the checkpoint's parameters
 * @param template how examples became tokens
 * @param adapter what was trained of each
 * @param corpus SHA-256 of every corpus file by name
 * @param without ids of corpus records that were forgotten since, sorted
 * @param parts those that are left, in order
 * @param weights digest of the merged model's parameters
 * @param loss what having sharded costs, on some of the records; absent until they are merged
 */
public record ShardSet(
    String format,
    String base,
    String digest,
    PromptTemplate.Kind template,
    Trained.LowRank adapter,
    Map<String, String> corpus,
    List<String> without,
    List<Part> parts,
    String weights,
    Optional<ShardedLoss> loss) {
  static final String FORMAT = "palimpsest-shards/1";
  static final String FILE = "shards.json";

  /**
   * One adapter.
   *
   * @param name of its folder
   * @param examples that it was trained on
   * @param weights digest of its parameters
   * @param ledger hash of the last line of its run's ledger
   */
  record Part(String name, int examples, String weights, String ledger) {
    Part {
      if (!name.matches("\\d{2,9}")) { // a folder's: the file may be a stranger's
        throw new CorruptArtifact(FILE + " names a shard \"" + name + "\", wanted digits");
      }
    }
  }

  public ShardSet {
    if (!format.equals(FORMAT)) {
      throw new CorruptArtifact(
          FILE
              + " has format \""
              + format
              + "\", wanted \""
              + FORMAT
              + "\": another version wrote it");
    }
    corpus = Collections.unmodifiableMap(new TreeMap<>(corpus));
    without = List.copyOf(new TreeSet<>(without));
    parts = List.copyOf(parts);
  }

  /** That of a merged model, if it was trained in shards. */
  static Optional<ShardSet> beside(Path model) {
    Path file = folder(model).resolve(FILE);
    return Files.exists(file)
        ? Optional.of(JsonFiles.read(file, ShardSet.class))
        : Optional.empty();
  }

  /** The same merged. */
  ShardSet merged(String into, Optional<ShardedLoss> measured) {
    return new ShardSet(
        format, base, digest, template, adapter, corpus, without, parts, into, measured);
  }

  /** The same without some more records, with other adapters, not yet merged. */
  ShardSet without(Collection<String> records, List<Part> left) {
    Set<String> all = new TreeSet<>(without);
    all.addAll(records);
    return new ShardSet(
        format,
        base,
        digest,
        template,
        adapter,
        corpus,
        List.copyOf(all),
        left,
        "",
        Optional.empty());
  }

  /**
   * The checkpoint, where it is not known that it had met none of the shards' records: it, or one
   * before it, was not trained here, its table of fingerprints is gone, or has one of them.
   *
   * @param given the corpus of the shards
   */
  Optional<String> unknownBase(Corpus given) {
    Path folder = Path.of(base);
    boolean known =
        Manifest.beside(folder)
                .filter(m -> m.weights().equals(digest) && m.changes().isEmpty())
                .filter(m -> Replaying.unknownStart(m).isEmpty())
                .isPresent()
            && PastTraining.chain(folder).stream().allMatch(ShardSet::isWhole);
    return known && !hasMet(folder, given.only(corpus.keySet()).examples())
        ? Optional.empty()
        : Optional.of(base);
  }

  /** Whether a training's ledger and table are those that its manifest names. */
  private static boolean isWhole(Path model) {
    Path run = PastTraining.run(model);
    return Files.exists(run.resolve("ledger.jsonl"))
        && Files.exists(run.resolve("examples.hmac"))
        && Manifest.beside(model)
            .filter(m -> m.ledger().equals(FinishedRun.of(run).head()))
            .filter(m -> m.table().equals(Optional.of(new ExampleTable(run).digest())))
            .isPresent();
  }

  /** Whether a training that led to the checkpoint met one of some records, or may have. */
  private boolean hasMet(Path folder, List<Example> records) {
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      PromptTemplate prompts =
          PromptTemplate.of(
              template,
              tokenizer,
              LlamaConfig.read(folder.resolve("config.json")).maxPositions(),
              PromptTemplate.TooLong.REFUSE);
      List<TokenizedExample> encoded = records.stream().map(prompts::encode).toList();
      return PastTraining.chain(folder).stream()
          .map(PastTraining::run)
          .anyMatch(
              run ->
                  !Files.exists(run.resolve("examples.hmac"))
                      || !Files.exists(run.resolve("examples.key"))
                      || !new ExampleTable(run).met(encoded).isEmpty());
    }
  }

  /** Whether this may be another set, of the same training, with as many records gone or more. */
  boolean follows(ShardSet before) {
    return base.equals(before.base)
        && digest.equals(before.digest)
        && template == before.template
        && adapter.equals(before.adapter)
        && corpus.equals(before.corpus)
        && new TreeSet<>(without).containsAll(before.without);
  }

  /** Digest of the checkpoint and all adapters, for what is judged by the mean of their logits. */
  String digestOfAll() {
    List<String> all = new ArrayList<>(List.of(digest));
    parts.forEach(p -> all.add(p.weights()));
    return Fingerprints.of(all.toArray(String[]::new));
  }

  /** The folder that a merged model and its shards are in. */
  static Path folder(Path model) {
    Path folder = model.toAbsolutePath().normalize().getParent();
    if (folder == null) {
      throw new IllegalStateException(model + " is in no folder");
    }
    return folder;
  }

  static Path part(Path out, String name) {
    return out.resolve("shards").resolve(name);
  }

  /** The frozen checkpoint, which must be the one that the adapters were trained over. */
  TextModel openBase() {
    TextModel text = TextModel.read(Path.of(base), template);
    if (!text.digest().equals(digest)) {
      text.close();
      throw new CorruptArtifact(
          base
              + " is not the checkpoint that the shards were trained over: restore it from a copy");
    }
    return text;
  }

  /** An adapter, which must be the one that was trained. */
  Adapter open(Path out, Part part, TextModel over) {
    Path folder = part(out, part.name()).resolve("adapter");
    Adapter read = AdapterFolder.read(folder, over.llama(), adapter);
    if (!read.weights().digest().equals(part.weights())) {
      read.close();
      throw new CorruptArtifact(folder + " does not hold the adapter that was trained");
    }
    return read;
  }

  /** The frozen checkpoint and all adapters, the mean of whose logits is drawn from. */
  static final class Together implements AutoCloseable {
    private final TextModel base;
    private final List<Adapter> adapters = new ArrayList<>();

    /**
     * Opens them.
     *
     * @param model the merged model that they are beside
     */
    Together(Path model, ShardSet shards) {
      base = shards.openBase();
      try {
        shards.parts().forEach(p -> adapters.add(shards.open(folder(model), p, base)));
      } catch (RuntimeException e) {
        close();
        throw e;
      }
    }

    TextModel model() {
      return base.averaging(adapters);
    }

    @Override
    public void close() {
      adapters.forEach(Adapter::close);
      base.close();
    }
  }
}
