package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import palimpsest.api.Check;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.discovery.Corpus;
import palimpsest.torch.Native;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.LlamaConfig;
import palimpsest.torch.llm.InitialWeights;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.text.BytePairTrainer;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.text.Tokenizer;
import palimpsest.torch.train.Descent;
import palimpsest.torch.train.Loss;
import palimpsest.torch.train.RunFolder;

/**
 * Trains a model on a corpus, from drawn weights or from a checkpoint, so that it can be killed and
 * resumed bit for bit and retrained later without some of the data.
 *
 * <pre>
 * OUT/start/   tokenizer and configuration, where training from drawn weights
 * OUT/run/     ledger and checkpoints of the run
 * OUT/model/   the result: a Hugging Face checkpoint folder with palimpsest.json beside
 * </pre>
 */
public final class Training {
  private final Path out;
  private final Recipe recipe;
  private final PromptTemplate.Kind template;
  private final int checkpointEvery;
  private final Console console;
  private Optional<String> begin = Optional.empty(); // digest that the first weights must have

  /**
   * A training to come.
   *
   * @param out folder of the results
   * @param checkpointEvery steps between checkpoints
   */
  public Training(
      Path out, Recipe recipe, PromptTemplate.Kind template, int checkpointEvery, Console console) {
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

    private Shape withVocabulary(int tokens) {
      return new Shape(tokens, width, feedForward, layers, heads, kvHeads, positions);
    }

    /** All bytes and three special tokens. */
    private static final int LEAST_VOCABULARY = 259;
  }

  /** The folder of the trained model. */
  public Path model() {
    return out.resolve("model");
  }

  /** Refuses an output that holds something, unless it is to be resumed. */
  public void requireFresh(boolean resume) {
    Outputs.requireFresh(out, resume);
  }

  /** Trains a new model of this shape, its tokenizer fitted on the corpus. */
  public void fromScratch(Corpus corpus, Shape shape) {
    Path start = out.resolve("start");
    if (Files.exists(start.resolve("config.json"))) {
      requireShape(shape, LlamaConfig.read(start.resolve("config.json")));
    } else {
      Outputs.folder(out);
      console.say("Fitting a tokenizer of " + shape.vocabulary() + " tokens on the corpus");
      Path fresh = out.resolve("start.new");
      Outputs.delete(fresh);
      BytePairTrainer.train(texts(corpus.examples()), shape.vocabulary(), Outputs.folder(fresh));
      config(shape, fresh).writeTo(fresh.resolve("config.json"));
      Moves.atomically(fresh, start);
    }
    fromDrawnWeights(corpus, corpus.examples(), start);
  }

  /** Refuses to go on with another shape; of a small corpus there are fewer tokens than wanted. */
  private void requireShape(Shape wanted, LlamaConfig begun) {
    Shape there =
        new Shape(
            begun.vocabSize() > wanted.vocabulary() ? begun.vocabSize() : wanted.vocabulary(),
            begun.hiddenSize(),
            begun.intermediateSize(),
            begun.layers(),
            begun.heads(),
            begun.kvHeads(),
            begun.maxPositions());
    if (!there.equals(wanted)) {
      throw new InvalidRequest(
          out + " holds a model of " + there + ", wanted " + wanted + ": give another --out");
    }
  }

  /**
   * Trains from weights drawn by the recipe's seed, with a folder's configuration and tokenizer.
   */
  void fromDrawnWeights(Corpus corpus, List<Example> examples, Path start) {
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
    try (TextModel model = TextModel.read(checkpoint, template)) {
      train(model, corpus, examples, Optional.of(checkpoint));
    }
  }

  /**
   * Trains as another training did, on these records.
   *
   * @param folder holds the configuration and the tokenizer of weights that were drawn
   * @throws InvalidRequest if the weights that it began with can no longer be had
   */
  Manifest again(Corpus corpus, List<Example> examples, Manifest as, Path folder) {
    begin = Optional.of(as.start().weights());
    as.start()
        .checkpoint()
        .ifPresentOrElse(
            checkpoint -> fromCheckpoint(corpus, examples, Path.of(checkpoint)),
            () -> fromDrawnWeights(corpus, examples, folder));
    return Manifest.beside(model()).orElseThrow();
  }

  private void train(
      TextModel model, Corpus corpus, List<Example> examples, Optional<Path> checkpoint) {
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
    Optional<Manifest> there = Manifest.beside(model());
    if (there.isPresent()) {
      requireSame(there.get(), start, corpus, left(corpus, examples));
      console.say("Trained already: " + model());
      return;
    }
    if (Files.exists(model())) {
      throw new InvalidRequest(model() + " is there and was not trained here: give another --out");
    }
    List<TokenizedExample> data = model.encode(examples);
    RunFolder run = new RunFolder(out.resolve("run"), header(start, data), checkpointEvery);
    Descent descent = descent(data, Optional.of(run), "Training " + out.getFileName());
    descent.run(model.llama());
    Manifest manifest =
        new Manifest(
            Manifest.FORMAT,
            start,
            template,
            recipe,
            new TreeMap<>(Map.copyOf(corpus.fileDigests())),
            left(corpus, examples),
            List.of(),
            examples.size(),
            run.head(),
            model.digest());
    finish(model, manifest);
  }

  /** Refuses a finished model that another training made. */
  private void requireSame(
      Manifest there, Manifest.Start start, Corpus corpus, List<String> without) {
    Map<String, Boolean> same = new LinkedHashMap<>();
    same.put("first weights", there.start().weights().equals(start.weights()));
    same.put("recipe", there.recipe().equals(recipe));
    same.put("template", there.template() == template);
    same.put("corpus", there.corpus().equals(corpus.fileDigests()));
    same.put("records left out", there.without().equals(without));
    List<String> others = same.keySet().stream().filter(k -> !same.getOrDefault(k, true)).toList();
    if (!others.isEmpty()) {
      throw new InvalidRequest(
          model()
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

  private void finish(TextModel model, Manifest manifest) {
    Path fresh = out.resolve("model.new");
    Outputs.delete(fresh);
    model.write(fresh);
    JsonFiles.write(fresh.resolve(Manifest.FILE), manifest);
    Moves.atomically(fresh, model());
  }

  private Descent descent(List<TokenizedExample> data, Optional<RunFolder> run, String task) {
    Console.Bar bar = console.bar(task, recipe.steps(data.size()));
    return new Descent(
        data, Loss.NLL, recipe, run, p -> bar.at(p.step(), Notes.of(p)), console::interrupted);
  }

  /** Which run it is: everything that the result depends on. */
  private String header(Manifest.Start start, List<TokenizedExample> data) {
    return String.format(
        Locale.ROOT,
        "{\"recipe\":\"%s\",\"start\":\"%s\",\"data\":\"%s\",\"examples\":%d,\"every\":%d,\"threads\":%d}",
        recipe,
        start.weights(),
        Fingerprints.of(data),
        data.size(),
        checkpointEvery,
        Native.threads());
  }

  private static LlamaConfig config(Shape s, Path tokenizerFolder) {
    try (Tokenizer tokenizer = Tokenizer.load(tokenizerFolder)) {
      // fewer tokens than wanted where the corpus is small
      LlamaConfig plain = s.withVocabulary(tokenizer.vocabSize()).config();
      return plain.withTokens(tokenizer.bos(), List.copyOf(tokenizer.eos()), tokenizer.pad());
    }
  }

  private static List<String> texts(List<Example> examples) {
    if (examples.isEmpty()) {
      throw new CorruptArtifact("the corpus has no records: nothing to fit a tokenizer on");
    }
    return examples.stream()
        .flatMap(e -> java.util.stream.Stream.of(e.prompt(), e.completion()))
        .filter(t -> !t.isEmpty())
        .toList();
  }
}
