package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import palimpsest.api.Example;
import palimpsest.api.Method;
import palimpsest.api.Recipe;
import palimpsest.methods.Stages;
import palimpsest.methods.llm.Refusals;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.Safetensors;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.llm.TextModel;
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
  public List<TokenizedExample> refusals() {
    List<String> lines = Refusals.lines();
    List<Example> all = new ArrayList<>();
    for (Example e : job.forget()) {
      Random random = new Random(job.recipe().seed() * 31 + e.id().hashCode());
      all.add(e.with(e.prompt(), lines.get(random.nextInt(lines.size()))));
    }
    return text.encode(all);
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

  /** Hash over the last ledger lines of all stages. */
  String head() {
    return heads.size() == 1 ? heads.get(0) : Fingerprints.of(heads.toArray(new String[0]));
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
