package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.Assisted;
import palimpsest.torch.Native;
import palimpsest.torch.llm.Adapter;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Descent;
import palimpsest.torch.train.RunFolder;
import palimpsest.torch.train.Stepping;

/**
 * Trains the second model of a suppression that has one.
 *
 * <pre>
 * OUT/run/         ledger and checkpoints
 * OUT/assistant/   that model
 * </pre>
 *
 * @param applying the model, the records and the recipe
 * @param method says what the second model is and what it learns
 */
record Assisting(Applying applying, Assisted method) {
  private static final String FOLDER = "assistant";

  /**
   * Trains it, or goes on with it.
   *
   * @param text the model that it will answer beside
   * @param from when applying began, nanoseconds
   */
  Applying.Applied train(TextModel text, Path out, long from) {
    if (Files.exists(out.resolve(FOLDER)) && !Files.exists(out.resolve("run"))) {
      throw new InvalidRequest(
          out.resolve(FOLDER) + " is there and no method made it: give another --out");
    }
    List<TokenizedExample> forget = text.encode(applying.forget());
    List<TokenizedExample> retain =
        method.needsRetain() ? text.encode(applying.retain()) : List.of();
    try (Llama assistant = method.assistant(text.llama())) {
      RunFolder run =
          new RunFolder(
              out.resolve("run"),
              header(text.digest(), forget, retain),
              applying.checkpointEvery());
      descend(assistant, descent(forget, retain, run));
      TextModel trained = new TextModel(assistant, text.template());
      Path fresh = out.resolve(FOLDER + ".new");
      Outputs.delete(fresh);
      trained.write(fresh);
      Outputs.delete(out.resolve(FOLDER));
      Moves.atomically(fresh, out.resolve(FOLDER));
      run.dropCheckpoints();
      int steps = applying.recipe().steps(forget.size());
      double seconds = (System.nanoTime() - from) / 1e9;
      return new Applying.Applied(
          method.id(),
          steps,
          seconds,
          text.digest(),
          text.digest(),
          run.head(),
          applying.settings(method),
          trained.digest());
    }
  }

  private Descent descent(
      List<TokenizedExample> forget, List<TokenizedExample> retain, RunFolder run) {
    Console.Bar bar = applying.console().bar(method.id(), applying.recipe().steps(forget.size()));
    return new Descent(
        forget,
        retain,
        method.objective(),
        applying.recipe(),
        Stepping.PLAIN,
        Optional.of(run),
        p -> bar.at(p.step(), Notes.of(p)),
        applying.console()::interrupted);
  }

  /** Trains the assistant, or an adapter that is then merged into it. */
  private void descend(Llama assistant, Descent descent) {
    Optional<Adapter> adapter = method.adapter(assistant, applying.recipe().seed());
    if (adapter.isEmpty()) {
      descent.run(assistant);
      return;
    }
    try (Adapter trained = adapter.get()) {
      assistant.weights().recordGradients(false);
      descent.run(assistant.with(trained));
      trained.mergeInto(assistant.weights());
    }
  }

  private String header(
      String before, List<TokenizedExample> forget, List<TokenizedExample> retain) {
    return String.format(
        Locale.ROOT,
        "{\"method\":\"%s %s\",\"recipe\":\"%s\",\"start\":\"%s\",\"forget\":\"%s\",\"retain\":\"%s\",\"threads\":%d}",
        method.id(),
        method.parameters(),
        applying.recipe(),
        before,
        Fingerprints.of(forget),
        Fingerprints.of(retain),
        Native.threads());
  }

  /**
   * The model that was trained.
   *
   * @throws CorruptArtifact if another one is there
   */
  TextModel read(Path out) {
    Path folder = out.resolve(FOLDER);
    String trained =
        JsonFiles.read(out.resolve("applied.json"), Applying.Applied.class).assistant();
    TextModel assistant = TextModel.read(folder, applying.template());
    if (!assistant.digest().equals(trained)) {
      assistant.close();
      throw new CorruptArtifact(
          folder
              + " does not hold the model that "
              + out.resolve("applied.json")
              + " speaks of: remove "
              + out
              + " to apply the method anew");
    }
    return assistant;
  }
}
