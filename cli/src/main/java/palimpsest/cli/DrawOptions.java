package palimpsest.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import palimpsest.api.InvalidRequest;
import palimpsest.engine.Choice;
import palimpsest.engine.picture.PictureModel;
import palimpsest.engine.picture.PictureSampler;
import palimpsest.engine.picture.Suppression;
import picocli.CommandLine.Option;

/** How a model of pictures draws prompts, and where to. */
final class DrawOptions {
  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Of a model of pictures: the PNG file, a row for each prompt; new.")
  private @Nullable Path out;

  @Option(
      names = "--sampler",
      paramLabel = "NAME",
      description =
          "Of a model of pictures: ddim, ddpm, pndm, euler, euler_ancestral or dpm; as its folder"
              + " states unless given.")
  private @Nullable PictureSampler sampler;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Of a model of pictures: steps of the sampler; 50.")
  private @Nullable Integer steps;

  @Option(
      names = "--guidance",
      paramLabel = "X",
      description = "Of a model of pictures: scale of guidance by the prompt, 1 for none; 3.")
  private @Nullable Double guidance;

  @Option(
      names = "--negative",
      paramLabel = "TEXT",
      description = "Of a model of pictures: what guidance leads away from.")
  private @Nullable String negative;

  @Option(
      names = "--suppress",
      paramLabel = "TEXT",
      description =
          "Of a model of pictures: what is not to be shown; once for each. It stays in the"
              + " weights.")
  private List<String> concepts = List.of();

  @Option(
      names = "--method",
      paramLabel = "ID[:NAME=VALUE,...]",
      description =
          "With --suppress: image.safe-guidance or image.negative-prompt, image.prompt-filter, or"
              + " one of the first two and the last.")
  private List<String> methods = List.of();

  /** How it is drawn. */
  PictureModel.How how(int samples, long seed) {
    return new PictureModel.How(
        Optional.ofNullable(sampler),
        Optional.ofNullable(steps).orElse(50),
        Optional.ofNullable(guidance).orElse(3.0),
        Optional.ofNullable(negative).orElse(""),
        samples,
        seed);
  }

  /**
   * What keeps concepts from being shown.
   *
   * @throws InvalidRequest if a method suppresses nothing, or one is given without the other
   */
  Suppression suppression() {
    if (methods.isEmpty() != concepts.isEmpty()) {
      throw new InvalidRequest(
          methods.isEmpty()
              ? "--suppress says what, not how: give --method image.safe-guidance,"
                  + " image.negative-prompt or image.prompt-filter"
              : "--method says how, not what: give --suppress TEXT");
    }
    return new Suppression(
        methods.stream().map(text -> Choice.ofImages(text, Choice.RECIPE).method()).toList(),
        concepts);
  }

  /**
   * The file that is to be written.
   *
   * @throws InvalidRequest if none is given
   */
  Path out() {
    if (out == null) {
      throw new InvalidRequest("a model of pictures draws into a file: give --out FILE.png");
    }
    return out;
  }
}
