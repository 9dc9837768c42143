package palimpsest.engine;

import java.nio.file.Path;
import java.util.List;
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
import palimpsest.torch.llm.TextModel;

/**
 * Applies a method that acts while a model answers, and puts it in front of the model: the weights
 * stay, and what the method needs beside them is trained once or made anew from the records.
 *
 * @param applying the model, the records and the recipe
 * @param method a suppression
 */
record Suppressing(Applying applying, Method method) {
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
        return new Assisting(applying, assisted).train(text, out, from);
      }
      if (method instanceof Eco eco) {
        tellReach(eco, text);
      }
      return applying.suppressed(method, text.digest(), from);
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
      TextModel assistant = new Assisting(applying, assisted).read(out);
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
    if (method instanceof MemFree.Order order) {
      return Protecting.decided(applying, order, text);
    }
    throw new IllegalStateException("no way to apply " + method.id());
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
