package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import palimpsest.api.Check;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.discovery.Corpus;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.LlamaConfig;
import palimpsest.torch.llm.Adapter;
import palimpsest.torch.llm.AdapterFolder;
import palimpsest.torch.llm.InitialWeights;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.llm.Trained;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.text.Tokenizer;
import palimpsest.torch.train.ExampleTable;
import palimpsest.torch.train.FinishedRun;
import palimpsest.torch.train.Placement;
import palimpsest.torch.train.Replay;
import palimpsest.torch.train.RunFolder;
import palimpsest.torch.train.Slicing;

/**
 * Trains a model on a corpus, from drawn weights or from a checkpoint, so that it can be killed and
 * resumed bit for bit and retrained later without some of the data.
 *
 * <pre>
 * OUT/start/   tokenizer and configuration, where training from drawn weights
 * OUT/run/     ledger and checkpoints of the run
 * OUT/adapter/ what was trained, where that is a low-rank adapter, as PEFT lays it out
 * OUT/model/   the result: a Hugging Face checkpoint folder with palimpsest.json beside
 * </pre>
 */
public final class Training {
  private final Path out;
  private final Recipe recipe;
  private final PromptTemplate.Kind template;
  private final int checkpointEvery;
  private final Console console;
  private final Keeping keeping;
  private Slicing slicing = Slicing.NONE;
  private Optional<Trained.LowRank> adapter = Optional.empty();
  private boolean merges = true;
  private long from; // when it was begun
  private Optional<String> begin = Optional.empty(); // digest that the first weights must have
  private Optional<TrainingRun.Replayed> replayed = Optional.empty();
  private Optional<Replay> redone = Optional.empty(); // once the data are there

  /** A training to come that keeps no checkpoints. */
  public Training(
      Path out, Recipe recipe, PromptTemplate.Kind template, int checkpointEvery, Console console) {
    this(out, recipe, template, checkpointEvery, Keeping.NONE, console);
  }

  /**
   * A training to come.
   *
   * @param out folder of the results
   * @param checkpointEvery steps between the checkpoints from which a killed one goes on
   * @param keeping how many checkpoints stay, for replays; where, {@link Placement} says
   */
  public Training(
      Path out,
      Recipe recipe,
      PromptTemplate.Kind template,
      int checkpointEvery,
      Keeping keeping,
      Console console) {
    this.keeping = keeping;
    this.out = out;
    this.recipe = recipe;
    this.template = template;
    this.checkpointEvery = checkpointEvery;
    this.console = console;
  }

  /**
   * The shape of a model trained from drawn weights.
   *
   * @param vocabulary tokens of the byte-level BPE fitted on the corpus
   * @param width E
   * @param feedForward inner width of the feed-forward layers
   * @param layers transformer layers
   * @param heads attention heads
   * @param kvHeads heads of keys and values
   * @param positions most tokens of a sequence
   */
  public record Shape(
      int vocabulary,
      int width,
      int feedForward,
      int layers,
      int heads,
      int kvHeads,
      int positions) {
    public Shape {
      Check.atLeast(vocabulary, LEAST_VOCABULARY, "vocabulary");
      Check.atLeast(width, 1, "width");
      Check.atLeast(feedForward, 1, "feed-forward width");
      Check.atLeast(layers, 1, "layers");
      Check.atLeast(heads, 1, "heads");
      Check.atLeast(kvHeads, 1, "heads of keys and values");
      Check.atLeast(positions, 2, "positions");
      if (width % (2 * heads) != 0 || heads % kvHeads != 0) {
        throw new InvalidRequest(
            "width must be a multiple of twice the heads, and heads of those of keys and values;"
                + " got width "
                + width
                + ", heads "
                + heads
                + " and "
                + kvHeads);
      }
    }

    /** The configuration of a Llama of this shape, its head tied to the embedding. */
    LlamaConfig config() {
      return LlamaConfig.plain(
          vocabulary, width, feedForward, layers, heads, kvHeads, positions, true);
    }

    Shape withVocabulary(int tokens) {
      return new Shape(tokens, width, feedForward, layers, heads, kvHeads, positions);
    }

    /** All bytes and three special tokens. */
    private static final int LEAST_VOCABULARY = 259;
  }

  /** This training, its data gone through slice by slice. */
  public Training in(Slicing slices) {
    slicing = slices;
    return this;
  }

  /** This training, of a low-rank adapter over a checkpoint that stays as it is. */
  public Training of(Trained.LowRank trained) {
    adapter = Optional.of(trained);
    return this;
  }

  /** This training, whose adapter is not merged into a model of its own. */
  Training apart() {
    merges = false;
    return this;
  }

  /** The folder of the trained model. */
  public Path model() {
    return out.resolve("model");
  }

  /** The folder of what was trained, with its manifest. */
  private Path result() {
    return merges ? model() : out.resolve("adapter");
  }

  /** Refuses an output that holds something, unless it is to be resumed. */
  public void requireFresh(boolean resume) {
    Outputs.requireFresh(out, resume);
  }

  /** Trains a new model of this shape, its tokenizer fitted on the corpus. */
  public void fromScratch(Corpus corpus, Shape shape) {
    slicing.steps(recipe, corpus.examples().size()); // refuses what does not fit, before any file
    fromDrawnWeights(corpus, corpus.examples(), new StartFolder(out, console).made(corpus, shape));
  }

  /**
   * Trains from weights drawn by the recipe's seed, with a folder's configuration and tokenizer.
   */
  void fromDrawnWeights(Corpus corpus, List<Example> examples, Path start) {
    if (adapter.isPresent()) {
      throw new InvalidRequest("an adapter is laid over a checkpoint: give --start");
    }
    from = System.nanoTime();
    LlamaConfig config = LlamaConfig.read(start.resolve("config.json"));
    try (Tokenizer tokenizer = Tokenizer.load(start)) {
      tokenizer.requireFits(config);
      PromptTemplate prompts =
          PromptTemplate.of(
              template, tokenizer, config.maxPositions(), PromptTemplate.TooLong.REFUSE);
      Weights weights = InitialWeights.draw(config, recipe.seed());
      try (TextModel model = new TextModel(new Llama(config, weights), prompts)) {
        train(model, corpus, examples, Optional.empty());
      }
    }
  }

  /** Trains a checkpoint further. */
  public void fromCheckpoint(Corpus corpus, List<Example> examples, Path checkpoint) {
    from = System.nanoTime();
    try (TextModel model = TextModel.read(checkpoint, template)) {
      train(model, corpus, examples, Optional.of(checkpoint));
    }
  }

  /**
   * Does again what another training did, from the last checkpoint that is not of the records left
   * out.
   *
   * @param examples the records that are left
   */
  Replaying.Done replay(
      Corpus corpus, List<Example> examples, Manifest as, TrainingRun.Replayed what) {
    replayed = Optional.of(what);
    Manifest result = again(corpus, examples, as, what.model());
    List<String> elsewhere = FinishedRun.of(out.resolve("run")).elsewhere();
    return new Replaying.Done(result, redone.orElseThrow().again(), elsewhere);
  }

  /**
   * Trains as another training did, on these records.
   *
   * @param folder holds the configuration and the tokenizer of weights that were drawn
   * @throws InvalidRequest if the weights that it began with can no longer be had
   */
  Manifest again(Corpus corpus, List<Example> examples, Manifest as, Path folder) {
    Optional<Path> other = replayed.flatMap(TrainingRun.Replayed::start);
    begin = Optional.of(as.start().weights()).filter(w -> other.isEmpty());
    slicing = as.slicing();
    adapter = as.adapter();
    other
        .or(() -> as.start().checkpoint().map(Path::of))
        .ifPresentOrElse(
            checkpoint -> fromCheckpoint(corpus, examples, checkpoint),
            () -> fromDrawnWeights(corpus, examples, folder));
    return Manifest.beside(result()).orElseThrow();
  }

  private void train(
      TextModel model, Corpus corpus, List<Example> examples, Optional<Path> checkpoint) {
    if (replayed.isEmpty()) {
      slicing.steps(recipe, examples.size()); // refuses what does not fit, before any file
    }
    Manifest.Start start =
        new Manifest.Start(
            checkpoint.map(p -> p.toAbsolutePath().normalize().toString()),
            recipe.seed(),
            model.digest());
    if (begin.filter(w -> !w.equals(start.weights())).isPresent()) {
      throw new InvalidRequest(
          "retraining would start from other weights than the model did: is "
              + start.checkpoint().orElse("the seed")
              + " still the same?");
    }
    TrainingRun run = new TrainingRun(out.resolve("run"), how(), model, start, examples, replayed);
    redone = run.redone();
    Optional<Manifest> there = Manifest.beside(result());
    if (there.isPresent()) {
      requireSame(there.get(), start, corpus, examples);
      run.requireSameData();
      console.say("Trained already: " + result());
      return;
    }
    if (Files.exists(result())) {
      throw new InvalidRequest(result() + " is there and was not trained here: give another --out");
    }
    Optional<Adapter> over = adapter.map(how -> lay(how, model));
    try {
      RunFolder folder = run.descend(over.map(model.llama()::with).orElse(model.llama()));
      finish(model, over, weights -> manifest(start, corpus, examples, folder.head(), weights));
      folder.dropCheckpoints();
      folder.took(Applying.since(from));
    } finally {
      over.ifPresent(Adapter::close);
    }
  }

  private TrainingRun.How how() {
    return new TrainingRun.How(
        recipe,
        slicing,
        adapter.map(Object::toString).orElse("all"),
        new TrainingRun.Saving(checkpointEvery, keeping),
        console);
  }

  private Adapter lay(Trained.LowRank how, TextModel model) {
    model.llama().weights().recordGradients(false);
    return how.over(model.llama(), recipe.seed()).orElseThrow();
  }

  private Manifest manifest(
      Manifest.Start start, Corpus corpus, List<Example> examples, String ledger, String weights) {
    return new Manifest(
        Manifest.FORMAT,
        start,
        template,
        recipe,
        Optional.of(slicing).filter(s -> !s.equals(Slicing.NONE)),
        adapter,
        new TreeMap<>(Map.copyOf(corpus.fileDigests())),
        left(corpus, examples),
        List.of(),
        examples.size(),
        ledger,
        Optional.of(new ExampleTable(out.resolve("run")).digest()),
        weights);
  }

  /** Refuses a finished model that another training made. */
  private void requireSame(
      Manifest there, Manifest.Start start, Corpus corpus, List<Example> examples) {
    Map<String, Boolean> same = new LinkedHashMap<>();
    same.put("first weights", there.start().weights().equals(start.weights()));
    same.put("recipe", there.recipe().equals(recipe) && there.slicing().equals(slicing));
    same.put("adapter", there.adapter().equals(adapter));
    same.put("template", there.template() == template);
    same.put("corpus", there.corpus().equals(corpus.fileDigests()));
    same.put("records left out", there.without().equals(left(corpus, examples)));
    same.put("number of records", there.examples() == examples.size());
    List<String> others = same.keySet().stream().filter(k -> !same.getOrDefault(k, true)).toList();
    if (!others.isEmpty()) {
      throw new InvalidRequest(
          result()
              + " was trained otherwise: other "
              + String.join(", ", others)
              + "; give another --out");
    }
  }

  /** Ids of the corpus' records that are not among the examples. */
  private static List<String> left(Corpus corpus, List<Example> examples) {
    Set<String> in = examples.stream().map(Example::id).collect(Collectors.toSet());
    return corpus.examples().stream().map(Example::id).filter(id -> !in.contains(id)).toList();
  }

  /** What is written last is what makes it finished: the result with its manifest. */
  private void finish(
      TextModel model, Optional<Adapter> over, Function<String, Manifest> manifest) {
    if (over.isPresent()) {
      Path apart = fresh("adapter");
      AdapterFolder.write(Outputs.folder(apart), over.get(), adapter.orElseThrow());
      if (!merges) {
        JsonFiles.write(
            apart.resolve(Manifest.FILE), manifest.apply(over.get().weights().digest()));
      }
      Outputs.delete(out.resolve("adapter"));
      Moves.atomically(apart, out.resolve("adapter"));
      over.get().mergeInto(model.llama().weights());
    }
    if (merges) {
      Path whole = fresh("model");
      model.write(whole);
      JsonFiles.write(whole.resolve(Manifest.FILE), manifest.apply(model.digest()));
      Moves.atomically(whole, model());
    }
  }

  private Path fresh(String name) {
    Path fresh = out.resolve(name + ".new");
    Outputs.delete(fresh);
    return fresh;
  }
}
