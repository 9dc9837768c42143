package palimpsest.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.engine.Console;
import palimpsest.engine.image.EditingImages;
import palimpsest.engine.image.ImageEdit;
import palimpsest.engine.image.ImageEdited;
import palimpsest.engine.image.Patching;
import palimpsest.methods.diffusion.TextMapMethod;
import picocli.CommandLine.Option;

/** What is to be changed in an image model, in words or by a patch. */
final class ImageTarget {
  @Option(
      names = "--erase",
      paramLabel = "TEXT",
      description = "What no longer to draw; give it once for each.")
  private List<String> erase = List.of();

  @Option(
      names = "--toward",
      paramLabel = "TEXT",
      description =
          "What to draw in its place; once for all, or once for each --erase. The empty text"
              + " unless given.")
  private List<String> toward = List.of();

  @Option(
      names = "--preserve",
      paramLabel = "TEXT",
      description = "What to draw as ever; give it once for each.")
  private List<String> preserve = List.of();

  @Option(
      names = "--preserve-file",
      paramLabel = "FILE",
      description = "A file of such texts, one a line.")
  private @Nullable Path preserveFile;

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR",
      description = "Of a model in a single file: its tokenizer; of SDXL two, in their order.")
  private List<Path> tokenizers = List.of();

  @Option(names = "--patch-only", description = "Write the patch and no edited model.")
  private boolean patchOnly;

  @Option(
      names = "--patch",
      paramLabel = "FILE",
      description = "Apply this patch, in place of --method.")
  private @Nullable Path patch;

  /** Carries out what is asked for in words. */
  ImageEdited edit(Path model, Method method, Path out, Console console) {
    if (!(method instanceof TextMapMethod closed)) {
      throw new InvalidRequest(
          method.id()
              + (method.guarantee().isRemoval()
                  ? " does not edit by texts alone"
                  : " changes no weights, so there is no model to write: it acts while pictures are"
                      + " drawn, by palimpsest generate --suppress TEXT --method ID"));
    }
    requireNone(patch, "--patch is applied without --method; leave one of them out");
    ImageEdit asked = new ImageEdit(closed, ImageEdit.replacements(erase, toward), preserved());
    return new EditingImages(model, tokenizers, patchOnly, console).apply(asked, out);
  }

  /**
   * Applies the patch.
   *
   * @throws InvalidRequest if there is none
   */
  Patching.Patched patch(Path model, Path out, Console console) {
    boolean words = !erase.isEmpty() || !toward.isEmpty() || !preserve.isEmpty();
    if (patch == null || words || preserveFile != null || patchOnly || !tokenizers.isEmpty()) {
      throw new InvalidRequest(
          "no method: give --method ID, or --patch FILE alone to apply a patch");
    }
    return new Patching(model, patch, console).apply(out);
  }

  private static void requireNone(@Nullable Path given, String otherwise) {
    if (given != null) {
      throw new InvalidRequest(otherwise);
    }
  }

  private List<String> preserved() {
    List<String> texts = new ArrayList<>(preserve);
    if (preserveFile != null) {
      try {
        Files.readAllLines(preserveFile, StandardCharsets.UTF_8).stream()
            .filter(line -> !line.isBlank())
            .forEach(texts::add);
      } catch (CharacterCodingException e) {
        throw new InvalidRequest(preserveFile + ": not UTF-8; save it as such", e);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return texts;
  }
}
