package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.api.Recipe;
import palimpsest.methods.Stages;
import palimpsest.methods.llm.Unanswerable;
import palimpsest.torch.Scopes;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.Safetensors;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.llm.TokenBatch;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Descent;
import palimpsest.torch.train.Objective;
import palimpsest.torch.train.RunFolder;
import palimpsest.torch.train.Stepping;

/**
 * The stages of a method, each in a folder of its own, so that what was done before an interruption
 * is not done again.
 *
 * <pre>
 * RUN/STAGE/ledger.jsonl          and checkpoints while it goes on
 * RUN/STAGE/done.safetensors      the weights after it, until the last stage ends
 * </pre>
 */
final class Staging implements Stages, AutoCloseable {
  private static final String DONE = "done.safetensors";
  private static final String WEIGHTS = "weights";

  private final Applying job;
  private final Path run;
  private final TextModel text;
  private final Method method;
  private final String start;
  private final List<Llama> copies = new ArrayList<>();
  private final List<String> heads = new ArrayList<>();

  Staging(Applying job, Path run, TextModel text, Method method, String start) {
    this.job = job;
    this.run = run;
    this.text = text;
    this.method = method;
    this.start = start;
    Outputs.folder(run); // tells that the model beside it was made here, stages or none
  }

  @Override
  public Llama model() {
    return text.llama();
  }

  @Override
  public Llama copy() {
    Llama copy = text.llama().copy();
    copies.add(copy);
    return copy;
  }

  @Override
  public List<TokenizedExample> forget() {
    return text.encode(job.forget());
  }

  @Override
  public List<TokenizedExample> retain() {
    return text.encode(job.retain());
  }

  @Override
  public List<TokenizedExample> unanswerable() {
    int positions = text.llama().config().maxPositions();
    List<TokenizedExample> all = new ArrayList<>();
    for (String question : Unanswerable.questions()) {
      int[] prompt = text.template().prompt(question);
      if (prompt.length >= positions) {
        throw new InvalidRequest(
            method.id()
                + " asks questions of up to "
                + prompt.length
                + " tokens, and the model has "
                + positions
                + " positions: choose another method");
      }
      all.add(new TokenizedExample(Arrays.copyOf(prompt, prompt.length + 1), prompt.length));
    }
    return all;
  }

  @Override
  public void read(String stage, List<TokenizedExample> data, Consumer<TokenBatch> reader) {
    Console.Bar bar = job.console().bar(method.id() + " " + stage, data.size());
    int rows = job.recipe().microBatch();
    for (int at = 0; at < data.size(); at += rows) {
      if (job.console().interrupted()) {
        throw new Interrupted(
            method.id()
                + " was stopped while it read the "
                + stage
                + "; run the same command again, with --resume where it has one");
      }
      int end = Math.min(data.size(), at + rows);
      TokenBatch batch = TokenBatch.of(data.subList(at, end));
      Scopes.withoutGradient(
          () -> {
            reader.accept(batch);
            return batch;
          });
      bar.at(end, "");
    }
  }

  @Override
  public Recipe recipe() {
    return job.recipe();
  }

  @Override
  public void descend(
      String stage,
      Llama model,
      List<TokenizedExample> data,
      List<TokenizedExample> companion,
      Objective objective,
      Recipe recipe) {
    Path folder = run.resolve(stage);
    Changing changing = new Changing(job, run);
    String header =
        changing.header(
            method, start, Fingerprints.of(data), Fingerprints.of(companion), List.of());
    RunFolder ledger = new RunFolder(folder, header, job.checkpointEvery());
    Path done = folder.resolve(DONE);
    if (Files.exists(done)) {
      heads.add(restore(model, done, ledger));
      return;
    }
    Console.Bar bar = job.console().bar(method.id() + " " + stage, recipe.steps(data.size()));
    new Descent(
            data,
            companion,
            objective,
            recipe,
            Stepping.PLAIN,
            Optional.of(ledger),
            p -> bar.at(p.step(), Notes.of(p)),
            job.console()::interrupted)
        .run(model);
    Safetensors.write(done, Map.of(WEIGHTS, model.weights().flat()), Dtype.F32);
    ledger.dropCheckpoints();
    heads.add(ledger.head());
  }

  private static String restore(Llama model, Path done, RunFolder ledger) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false);
        Safetensors file = Safetensors.open(done)) {
      model.weights().flat().copy_(file.read(WEIGHTS));
    }
    return ledger.lastHead();
  }

  /** Hash over the last ledger lines of all stages; empty where none descended. */
  String head() {
    return switch (heads.size()) {
      case 0 -> "";
      case 1 -> heads.get(0);
      default -> Fingerprints.of(heads.toArray(new String[0]));
    };
  }

  /** Removes the weights between stages; the ledgers stay. */
  static void clear(Path run) {
    if (Files.isDirectory(run)) {
      for (Path stage : Outputs.folders(run)) {
        Outputs.delete(stage.resolve(DONE));
      }
    }
  }

  @Override
  public void close() {
    copies.forEach(Llama::close);
  }
}
