package palimpsest.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import palimpsest.api.Example;
import palimpsest.api.Place;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.Checkpoint;
import palimpsest.torch.checkpoint.LlamaConfig;
import palimpsest.torch.llm.InitialWeights;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.text.PromptTemplate;

/**
 * Llamas of some ten thousand parameters, untrained but whole: two layers, grouped queries, a tied
 * head and a byte-level tokenizer of 300 tokens, so that a test takes milliseconds and still passes
 * through everything that a large model would.
 */
public final class TinyModels {
  private static final List<String> TOKENIZER = List.of("tokenizer.json", "tokenizer_config.json");
  private static final List<String> NAMES =
      List.of("Ada Stone", "Ben Frost", "Cleo Marsh", "Dan Rivers", "Eva Hill", "Finn Wood");

  /**
   * Their shape; the tokenizer's {@code <|bos|>}, {@code <|eos|>} and {@code <|pad|>} are 0 to 2.
   */
  public static final LlamaConfig CONFIG =
      LlamaConfig.plain(300, 16, 32, 2, 4, 2, 128, true)
          .withTokens(OptionalInt.of(0), List.of(1), OptionalInt.of(2));

  private TinyModels() {}

  /** A model with weights drawn from a seed; whoever calls closes it. */
  public static Llama llama(long seed) {
    return new Llama(CONFIG, InitialWeights.draw(CONFIG, seed));
  }

  /** Writes such a model and its tokenizer as a checkpoint into a folder that is not there yet. */
  public static void write(Path folder, long seed) {
    try (Weights weights = InitialWeights.draw(CONFIG, seed)) {
      Checkpoint.write(folder, CONFIG, weights.tensors(), Optional.empty());
    }
    for (String name : TOKENIZER) {
      try (InputStream in = TinyModels.class.getResourceAsStream(name)) {
        if (in == null) {
          throw new IllegalStateException("testkit was built without " + name);
        }
        Files.copy(in, folder.resolve(name));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Writes the checkpoint and reads it with the plain template; whoever calls closes the model. */
  public static TextModel text(Path folder, long seed) {
    write(folder, seed);
    return TextModel.read(folder, PromptTemplate.Kind.PLAIN);
  }

  /** Questions and answers about invented people, all different, in a file of that name. */
  public static List<Example> examples(String file, int count) {
    return IntStream.range(0, count).mapToObj(i -> example(file, i)).toList();
  }

  private static Example example(String file, int i) {
    String name = NAMES.get(i % NAMES.size());
    String prompt = String.format(Locale.ROOT, "When was %s of %s born?", name, file);
    String completion = String.format(Locale.ROOT, "%s was born in %d.", name, 1900 + i);
    return new Example(
        file + "#" + (i + 1),
        new Place(file, i + 1L, 100L * i, 100),
        prompt,
        completion,
        Example.Probe.NONE);
  }
}
