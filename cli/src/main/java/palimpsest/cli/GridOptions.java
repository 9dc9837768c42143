package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.engine.Console;
import palimpsest.engine.Manifest;
import palimpsest.engine.Training;
import palimpsest.engine.bench.Bench;
import palimpsest.engine.bench.Benchmark;
import palimpsest.engine.bench.DefaultSearch;
import palimpsest.engine.bench.Pool;
import palimpsest.engine.bench.Settings;
import palimpsest.engine.bench.Subject;
import palimpsest.engine.bench.Tofu;
import palimpsest.engine.bench.Until;
import palimpsest.torch.text.PromptTemplate;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a grid runs over and how, the same for every data set. */
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class GridOptions {
  private static final Recipe BASE =
      new Recipe(5, 32, 16, 1e-4, 0, Recipe.Decay.LINEAR, 0.01, 1, 0);

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Where to; a folder with an unfinished grid is gone on with.")
  private Path out;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "A model that knows the data; without it one is trained.")
  private @Nullable Path model;

  @Option(
      names = "--reference",
      paramLabel = "DIR",
      description =
          "A model that never saw the forget set; without it one is retrained, where this software"
              + " trained the model.")
  private @Nullable Path reference;

  @Option(
      names = "--method",
      paramLabel = "ID[:NAME=VALUE,...]",
      description =
          "A candidate; give several of one method to choose among. Unless given, three or so of each"
              + " built-in method, at rates for the small model that is trained here: those of a"
              + " pretrained --model are some ten times smaller. They descend for 5 epochs in"
              + " batches of 32 at 1e-4, decaying linearly, where they do not say otherwise.")
  private @Nullable List<String> methods;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Seeds of what is reported; ${DEFAULT-VALUE} unless given.")
  private int seeds;

  @Option(
      names = "--floor",
      paramLabel = "X",
      defaultValue = "0.8",
      description =
          "Least utility of a candidate, in parts of the original's; ${DEFAULT-VALUE} unless given.")
  private double floor;

  @Option(
      names = "--best",
      paramLabel = "N",
      defaultValue = "5",
      description = "Methods that go on to the other forget sets; ${DEFAULT-VALUE} unless given.")
  private int best;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "16",
      description = "Epochs of the training; ${DEFAULT-VALUE} unless given.")
  private int epochs;

  @Option(
      names = "--shape",
      paramLabel = "N",
      split = ",",
      description =
          "Of a model to train: vocabulary, width, feed-forward width, layers, heads, heads of keys"
              + " and values, positions; 4096,256,768,6,8,4,512 unless given.")
  private @Nullable List<Integer> shape;

  @Option(
      names = "--search-tokens",
      paramLabel = "N",
      defaultValue = "64",
      description = "Most tokens of an answer in the search; ${DEFAULT-VALUE} unless given.")
  private int searchTokens;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      defaultValue = "128",
      description = "Most tokens of a reported answer; ${DEFAULT-VALUE} unless given.")
  private int maxNewTokens;

  @Option(
      names = "--processes",
      paramLabel = "N",
      defaultValue = "1",
      description = "Processes of one thread each; 1, this one, unless given.")
  private int processes;

  @Option(
      names = "--until",
      paramLabel = "MINUTES",
      description = "Stop after this time, to be gone on with later.")
  private @Nullable Double minutes;

  @Option(names = "--keep-models", description = "Keep the weights of every cell.")
  private boolean keepModels;

  @Option(names = "--keep-evidence", description = "Keep all that models answered.")
  private boolean keepEvidence;

  @Mixin private TemplateOption template;

  private boolean raw;

  /** Of a benchmark whose prompts carry words of their own. */
  GridOptions raw() {
    raw = true;
    return this;
  }

  private PromptTemplate.Kind kind() {
    if (!raw) {
      return template.kind();
    }
    if (template.given().filter(k -> k != PromptTemplate.Kind.RAW).isPresent()) {
      throw new InvalidRequest(
          "the prompts of this benchmark have words of their own: leave --template out");
    }
    return PromptTemplate.Kind.RAW;
  }

  Path out() {
    return out;
  }

  /** Whether the model is trained here on all of the data, or one that was so is given. */
  boolean trains() {
    return model == null || Manifest.beside(model).isPresent();
  }

  /** Refuses what cannot be meant, before any data is read. */
  void check() {
    settings();
    subject();
    Check.atLeast(processes, 1, "processes");
    int cores = Runtime.getRuntime().availableProcessors();
    if (processes > cores) {
      throw new InvalidRequest(
          "processes must be at most the " + cores + " cores that are here, got " + processes);
    }
    if (minutes != null) {
      Check.positive(minutes, "until");
    }
    Bench.requireOurs(out);
  }

  private Settings settings() {
    return new Settings(
        methods == null ? DefaultSearch.specs() : methods,
        seeds,
        floor,
        best,
        BASE,
        searchTokens,
        maxNewTokens,
        keepModels,
        keepEvidence);
  }

  private Subject subject() {
    if (model != null && shape != null) {
      throw new InvalidRequest("a given model has its shape: give --model or --shape, not both");
    }
    if (model == null && kind() == PromptTemplate.Kind.CHAT) {
      throw new InvalidRequest("a model that is trained here has no chat template");
    }
    return new Subject(
        Optional.ofNullable(model),
        Optional.ofNullable(reference),
        shape == null ? Tofu.SUBJECT.shape() : shape(shape),
        Tofu.SUBJECT.recipe().withEpochs(epochs),
        kind(),
        Tofu.SUBJECT.checkpointEvery());
  }

  private static Training.Shape shape(List<Integer> n) {
    if (n.size() != 7) {
      throw new InvalidRequest("shape must be 7 numbers, got " + n.size() + ": " + n);
    }
    return new Training.Shape(n.get(0), n.get(1), n.get(2), n.get(3), n.get(4), n.get(5), n.get(6));
  }

  /** Runs the grid, here or in processes; gives the file of the table. */
  Path run(Benchmark benchmark, Console console) {
    Console stopping = minutes == null ? console : Until.minutes(console, minutes);
    Console watched = new Until(stopping, Pool::isOrphan);
    Bench bench = new Bench(benchmark, subject(), settings(), out, watched);
    return bench.run(
        processes > 1 && !Pool.isWorker() ? Optional.of(pool(watched)) : Optional.empty());
  }

  private Pool pool(Console console) {
    List<String> arguments = command.root().commandLine().getParseResult().originalArgs();
    return new Pool(
        processes, Pool.java(Main.class.getName(), arguments), out.resolve("workers"), console);
  }
}
