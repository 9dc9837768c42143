package palimpsest.engine.picture;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.engine.Console;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.Moves;
import palimpsest.engine.Outputs;
import palimpsest.torch.diffusion.text.ClipTokenizer;

/**
 * The folder {@code start} of a training: the tokenizer that is fitted on its captions.
 *
 * @param out folder of the training
 */
record PictureStart(Path out, Console console) {
  private static final String FITTED = "fitted.json";

  /** Most tokens of a caption, as CLIP has it. */
  private static final int LONGEST = 77;

  /** Tokens that a caption has room for however short those of the training are. */
  private static final int SHORTEST = 16;

  /**
   * What a tokenizer was fitted on.
   *
   * @param data digest of the corpus
   * @param vocabulary tokens that were asked for
   */
  record Fitted(String data, int vocabulary) {}

  /**
   * The tokenizer's folder, made if it is not there. Its texts have as many tokens as the longest
   * caption, from 16 to 77.
   *
   * @throws InvalidRequest if it is there and was fitted on other captions
   */
  Path made(ImageCorpus corpus, int vocabulary) {
    Path start = out.resolve("start");
    Fitted wanted = new Fitted(corpus.digest(), vocabulary);
    if (Files.exists(start)) {
      if (!JsonFiles.read(start.resolve(FITTED), Fitted.class).equals(wanted)) {
        throw new InvalidRequest(
            start
                + " is of a training on other pictures, or another vocabulary: give another --out");
      }
      return start.resolve("tokenizer");
    }
    Path fresh = out.resolve("start.new");
    Outputs.folder(out);
    Outputs.delete(fresh);
    console.say("Fitting a tokenizer of up to " + vocabulary + " tokens on the captions");
    write(captions(corpus), vocabulary, Outputs.folder(fresh.resolve("tokenizer")));
    JsonFiles.write(fresh.resolve(FITTED), wanted);
    Moves.atomically(fresh, start);
    return start.resolve("tokenizer");
  }

  private static List<String> captions(ImageCorpus corpus) {
    return corpus.images().stream().map(CaptionedImage::caption).toList();
  }

  private static void write(List<String> captions, int vocabulary, Path folder) {
    int longest;
    try (ClipTokenizer roomy = ClipTokenizer.train(captions, vocabulary, LONGEST)) {
      longest = captions.stream().mapToInt(c -> roomy.tokens(c).length + 2).max().orElse(0);
    }
    int length = Math.max(SHORTEST, Math.min(LONGEST, longest));
    try (ClipTokenizer fitted = ClipTokenizer.train(captions, vocabulary, length)) {
      fitted.writeTo(folder);
    }
  }
}
