package palimpsest.engine.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;
import palimpsest.engine.Console;
import palimpsest.engine.JsonFiles;
import palimpsest.engine.Machine;
import palimpsest.engine.Version;
import palimpsest.methods.diffusion.Solution;
import palimpsest.methods.diffusion.TextMapMethod;
import palimpsest.methods.diffusion.TextMapScore;
import palimpsest.methods.diffusion.TextPairs;
import palimpsest.torch.diffusion.checkpoint.DiffusionCheckpoint;
import palimpsest.torch.diffusion.checkpoint.Patch;
import palimpsest.torch.diffusion.checkpoint.PatchWriter;

/**
 * Edits a Stable Diffusion checkpoint in closed form.
 *
 * <pre>
 * OUT/model/              the edited model; model.safetensors of a single file
 * OUT/patch.safetensors   what it takes to go there and back; keep it apart from the model
 * OUT/applied.json        what was done, {@link ImageEdited}
 * </pre>
 *
 * <p>Only the text encoders and the maps by which text enters the denoiser are read into memory,
 * one after another; the checkpoint is read once more for its digest and once to be copied. No
 * picture is drawn. OUT is there whole or not at all.
 *
 * @param model folder of diffusers, or a single file
 * @param tokenizers for the text encoders of a single file; none for a folder
 * @param patchOnly whether the edited model is left out
 */
public record EditingImages(Path model, List<Path> tokenizers, boolean patchOnly, Console console) {
  /** Name of the patch in a folder of results. */
  public static final String PATCH = "patch.safetensors";

  static final String APPLIED = "applied.json";

  public EditingImages {
    tokenizers = List.copyOf(tokenizers);
  }

  /**
   * Carries out an edit.
   *
   * @param out must not be there yet
   * @throws InvalidRequest if it is, or a text cannot be edited so
   * @throws UnsupportedModel if the model is of another kind
   * @throws palimpsest.api.CorruptArtifact if a file of the model is missing or damaged
   */
  public ImageEdited apply(ImageEdit edit, Path out) {
    long from = System.nanoTime();
    try (NewResult result = NewResult.at(out, console);
        Editable editable = Editable.open(model, tokenizers)) {
      TextMaps maps = editable.maps();
      EditPairs asked = new EditPairs(edit);
      TextPairs pairs = asked.pairs(editable.prompts(asked.texts(), console));
      requireWidth(maps, pairs);
      result.checkpoint();
      console.say("Solving one matrix for all " + maps.names().size() + " maps");
      Solution solution = edit.method().solve(pairs, maps::gram);
      TextMapScore score = TextMapScore.of(solution.edit(), pairs, maps::energies);
      result.checkpoint();
      ImageEdited.Changed changed =
          write(result, editable.checkpoint(), maps, new Solved(edit.method(), solution));
      ImageEdited edited =
          new ImageEdited(
              Version.BUILD,
              how(edit.method()),
              asked(asked, pairs, score),
              changed,
              (System.nanoTime() - from) / 1e9,
              PeakMemory.bytes(),
              shown(changed),
              notShown(edit.method(), editable),
              Machine.describe());
      JsonFiles.write(result.resolve(APPLIED), edited);
      result.finish();
      return edited;
    }
  }

  private static void requireWidth(TextMaps maps, TextPairs pairs) {
    if (pairs.width() != maps.width()) {
      throw new UnsupportedModel(
          "text encoders give states of width "
              + pairs.width()
              + ", the denoiser reads "
              + maps.width()
              + "; the parts are of different models");
    }
  }

  private record Solved(TextMapMethod method, Solution solution) {
    /** The method with its parameters. */
    String words() {
      return method.id()
          + method.parameters().entrySet().stream()
              .map(e -> e.getKey() + "=" + e.getValue())
              .collect(Collectors.joining(",", ":", ""));
    }
  }

  private ImageEdited.Changed write(
      NewResult result, DiffusionCheckpoint checkpoint, TextMaps maps, Solved solved) {
    Path file = result.resolve(PATCH);
    console.say("Writing the patch");
    new PatchWriter(checkpoint, solved.words())
        .rank(file, Ranked.of(solved.solution().edit()), maps.names());
    result.checkpoint();
    Optional<String> name = name();
    try (Patch patch = Patch.open(file)) {
      name.ifPresent(
          n -> {
            console.say("Writing the edited model");
            patch.apply(checkpoint, result.resolve(n));
          });
      return new ImageEdited.Changed(
          patch.source(),
          patch.result(),
          name,
          PATCH,
          Files.size(file),
          maps.names().size(),
          maps.numbers(),
          maps.width(),
          patch.matrix().orElseThrow().rank(),
          solved.solution().condition());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the edited model is called, where it is written. */
  private Optional<String> name() {
    return patchOnly
        ? Optional.empty()
        : Optional.of(Files.isDirectory(model) ? "model" : "model.safetensors");
  }

  private static ImageEdited.How how(TextMapMethod method) {
    return new ImageEdited.How(
        method.id(), method.guarantee().name(), method.about().fidelity(), method.parameters());
  }

  private static ImageEdited.Asked asked(EditPairs asked, TextPairs pairs, TextMapScore score) {
    return new ImageEdited.Asked(
        asked.edit().concepts(),
        asked.edit().method().tokens().name(),
        distances(score.erased()),
        distances(score.preserved()),
        asked.preserved().size() - pairs.preserved().size());
  }

  private static List<ImageEdited.Distance> distances(List<TextMapScore.Residual> residuals) {
    return residuals.stream()
        .map(r -> new ImageEdited.Distance(r.name(), r.before(), r.after()))
        .toList();
  }

  private static List<String> shown(ImageEdited.Changed changed) {
    return List.of(
        "parameters were changed: "
            + changed.maps()
            + " key and value maps of the U-Net, nothing else; every other tensor and the text"
            + " encoders keep their bytes",
        "what those maps make of the prompts asked for is as far from what was asked for as the"
            + " distances say",
        "the patch leads from the digest before to the digest after; revert checks that it leads"
            + " back before it gives its result a name");
  }

  private static List<String> notShown(TextMapMethod method, Editable editable) {
    List<String> lines = new ArrayList<>(editable.secondCopies());
    lines.add(
        "anything about pictures: none was drawn or judged, neither of the concept nor of"
            + " its neighbours");
    lines.addAll(method.cannotShow());
    return lines;
  }
}
