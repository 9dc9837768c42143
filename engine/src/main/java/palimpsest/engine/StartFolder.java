package palimpsest.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.Corpus;
import palimpsest.torch.checkpoint.LlamaConfig;
import palimpsest.torch.text.BytePairTrainer;
import palimpsest.torch.text.Tokenizer;

/**
 * The folder {@code start} of a training from drawn weights: a tokenizer fitted on its corpus and a
 * configuration.
 *
 * @param out folder of the training
 */
record StartFolder(Path out, Console console) {

  /**
   * The folder, made if it is not there.
   *
   * @throws InvalidRequest if it is of a model of another shape
   */
  Path made(Corpus corpus, Training.Shape shape) {
    Path start = out.resolve("start");
    if (Files.exists(start.resolve("config.json"))) {
      requireShape(shape, LlamaConfig.read(start.resolve("config.json")));
      return start;
    }
    Outputs.folder(out);
    console.say("Fitting a tokenizer of " + shape.vocabulary() + " tokens on the corpus");
    Path fresh = out.resolve("start.new");
    Outputs.delete(fresh);
    BytePairTrainer.train(texts(corpus.examples()), shape.vocabulary(), Outputs.folder(fresh));
    config(shape, fresh).writeTo(fresh.resolve("config.json"));
    Moves.atomically(fresh, start);
    return start;
  }

  /**
   * Whether a model's tokenizer is the one that is fitted on a corpus, byte for byte.
   *
   * @param scratch a folder that is made, and removed again
   */
  static boolean isFittedOn(Corpus corpus, Path model, Path scratch) {
    if (corpus.examples().isEmpty()) {
      return false;
    }
    int tokens = LlamaConfig.read(model.resolve("config.json")).vocabSize();
    Outputs.delete(scratch);
    BytePairTrainer.train(texts(corpus.examples()), tokens, Outputs.folder(scratch));
    try (Stream<Path> fitted = Files.list(scratch)) {
      for (Path file : fitted.toList()) {
        Path there = model.resolve(file.getFileName().toString());
        if (!Files.isRegularFile(there) || Files.mismatch(file, there) >= 0) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      Outputs.delete(scratch);
    }
  }

  /** Refuses to go on with another shape; of a small corpus there are fewer tokens than wanted. */
  private void requireShape(Training.Shape wanted, LlamaConfig begun) {
    Training.Shape there =
        new Training.Shape(
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

  private static LlamaConfig config(Training.Shape shape, Path tokenizerFolder) {
    try (Tokenizer tokenizer = Tokenizer.load(tokenizerFolder)) {
      // fewer tokens than wanted where the corpus is small
      LlamaConfig plain = shape.withVocabulary(tokenizer.vocabSize()).config();
      return plain.withTokens(tokenizer.bos(), List.copyOf(tokenizer.eos()), tokenizer.pad());
    }
  }

  private static List<String> texts(List<Example> examples) {
    if (examples.isEmpty()) {
      throw new CorruptArtifact("the corpus has no records: nothing to fit a tokenizer on");
    }
    return examples.stream()
        .flatMap(e -> Stream.of(e.prompt(), e.completion()))
        .filter(t -> !t.isEmpty())
        .toList();
  }
}
