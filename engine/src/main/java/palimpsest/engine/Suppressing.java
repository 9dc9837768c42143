package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.guard.MemFree;
import palimpsest.guard.PromptClassifier;
import palimpsest.methods.Assisted;
import palimpsest.methods.suppression.Eco;
import palimpsest.methods.suppression.InContext;
import palimpsest.torch.Native;
import palimpsest.torch.llm.Adapter;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.text.TokenizedExample;
import palimpsest.torch.train.Descent;
import palimpsest.torch.train.RunFolder;
import palimpsest.torch.train.Stepping;

/**
 * Applies a method that acts while a model answers, and puts it in front of the model: the weights
 * stay, and what the method needs beside them is trained once or made anew from the records.
 *
 * <pre>
 * OUT/run/         ledger and checkpoints, where a second model is trained
 * OUT/assistant/   that model
 * </pre>
 *
 * @param applying the model, the records and the recipe
 * @param method a suppression
 */
record Suppressing(Applying applying, Method method) {
  private static final String FOLDER = "assistant";

  /** A model as its users meet it, with what has to be closed after its last use. */
  record Guarded(TextModel model, Optional<TextModel> assistant) implements AutoCloseable {
    @Override
    public void close() {
      assistant.ifPresent(TextModel::close);
    }
  }

  /** Refuses what the method could not be applied to. */
  void require(TextModel text) {
    if (method instanceof Assisted assisted) {
      text.encode(applying.forget());
      text.encode(assisted.needsRetain() ? applying.retain() : List.of());
      assisted.assistant(text.llama()).close();
    } else if (method instanceof InContext told) {
      requireRoom(text.asking(asking(told)));
    } else if (method instanceof Eco eco) {
      eco.requireFits(text.llama().config().hiddenSize());
      classifier(text);
    } else {
      guard(text);
    }
  }

  /** What it takes once; nothing but the second model is kept. */
  Applying.Applied apply(Path out, long from) {
    try (TextModel text = TextModel.read(applying.model(), applying.template())) {
      if (method instanceof Assisted assisted) {
        return train(assisted, text, out, from);
      }
      if (method instanceof Eco eco) {
        tellReach(eco, text);
      }
      return applied(text.digest(), 0, "", "", from);
    }
  }

  /**
   * The method in front of a model.
   *
   * @param raw the model; stays open as long as the result is used
   * @param out where the method was applied
   * @throws CorruptArtifact if the second model there is another than was trained
   */
  Guarded deploy(TextModel raw, Path out) {
    if (method instanceof Assisted assisted) {
      TextModel assistant = assistant(out);
      return new Guarded(raw.beside(assistant.llama(), assisted), Optional.of(assistant));
    }
    TextModel model;
    if (method instanceof InContext told) {
      model = raw.asking(asking(told));
    } else if (method instanceof Eco eco) {
      PromptClassifier classifier = classifier(raw);
      model = raw.reading(eco.corruption(ids -> fires(eco, classifier, spelled(ids, raw))));
    } else {
      model = raw.under(guard(raw));
    }
    return new Guarded(model, Optional.empty());
  }

  private MemFree guard(TextModel text) {
    if (method instanceof MemFree.Order) {
      return applying.guard(method, text);
    }
    throw new IllegalStateException("no way to apply " + method.id());
  }

  private TextModel assistant(Path out) {
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

  private Applying.Applied train(Assisted assisted, TextModel text, Path out, long from) {
    if (Files.exists(out.resolve(FOLDER)) && !Files.exists(out.resolve("run"))) {
      throw new InvalidRequest(
          out.resolve(FOLDER) + " is there and no method made it: give another --out");
    }
    List<TokenizedExample> forget = text.encode(applying.forget());
    List<TokenizedExample> retain =
        assisted.needsRetain() ? text.encode(applying.retain()) : List.of();
    try (Llama assistant = assisted.assistant(text.llama())) {
      RunFolder run =
          new RunFolder(
              out.resolve("run"),
              header(text.digest(), forget, retain),
              applying.checkpointEvery());
      descend(assisted, assistant, descent(assisted, forget, retain, run));
      TextModel trained = new TextModel(assistant, text.template());
      Path fresh = out.resolve(FOLDER + ".new");
      Outputs.delete(fresh);
      trained.write(fresh);
      Outputs.delete(out.resolve(FOLDER));
      Moves.atomically(fresh, out.resolve(FOLDER));
      run.dropCheckpoints();
      int steps = applying.recipe().steps(forget.size());
      return applied(text.digest(), steps, run.head(), trained.digest(), from);
    }
  }

  private Descent descent(
      Assisted assisted,
      List<TokenizedExample> forget,
      List<TokenizedExample> retain,
      RunFolder run) {
    Console.Bar bar = applying.console().bar(method.id(), applying.recipe().steps(forget.size()));
    return new Descent(
        forget,
        retain,
        assisted.objective(),
        applying.recipe(),
        Stepping.PLAIN,
        Optional.of(run),
        p -> bar.at(p.step(), Notes.of(p)),
        applying.console()::interrupted);
  }

  /** Trains the assistant, or an adapter that is then merged into it. */
  private void descend(Assisted assisted, Llama assistant, Descent descent) {
    Optional<Adapter> adapter = assisted.adapter(assistant, applying.recipe().seed());
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

  private Applying.Applied applied(
      String weights, int steps, String ledger, String assistant, long from) {
    double seconds = (System.nanoTime() - from) / 1e9;
    return new Applying.Applied(
        method.id(),
        steps,
        seconds,
        weights,
        weights,
        ledger,
        applying.settings(method),
        assistant);
  }

  private UnaryOperator<String> asking(InContext told) {
    return told.asking(applying.names(), questions(applying.forget()));
  }

  private static List<String> questions(List<Example> examples) {
    return examples.stream().map(Example::prompt).filter(p -> !p.isEmpty()).distinct().toList();
  }

  private void requireRoom(TextModel told) {
    try {
      told.encode(applying.forget());
      told.encode(applying.retain());
    } catch (InvalidRequest e) {
      throw new InvalidRequest(
          "with the instruction of " + method.id() + " before it, " + e.getMessage(), e);
    }
  }

  private PromptClassifier classifier(TextModel text) {
    return PromptClassifier.fit(
        spelled(applying.forget(), text), spelled(applying.keptForGood(), text));
  }

  /** Prompts as the classifier will meet them. */
  private static List<String> spelled(List<Example> examples, TextModel text) {
    return questions(examples).stream().map(q -> spelled(text.template().prompt(q), text)).toList();
  }

  private static String spelled(int[] prompt, TextModel text) {
    return text.template().tokenizer().decode(prompt);
  }

  private static boolean fires(Eco eco, PromptClassifier classifier, String prompt) {
    return classifier.probability(prompt) >= eco.threshold();
  }

  private void tellReach(Eco eco, TextModel text) {
    PromptClassifier classifier = classifier(text);
    List<String> about = spelled(applying.forget(), text);
    List<String> others = spelled(applying.keptForGood(), text);
    applying
        .console()
        .say(
            method.id()
                + " fires on "
                + about.stream().filter(p -> fires(eco, classifier, p)).count()
                + " of "
                + about.size()
                + " questions to forget and on "
                + others.stream().filter(p -> fires(eco, classifier, p)).count()
                + " of "
                + others.size()
                + " kept ones");
  }
}
