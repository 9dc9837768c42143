package palimpsest.engine.image;

import java.nio.file.Files;
import java.nio.file.Path;
import palimpsest.engine.Console;
import palimpsest.engine.Outputs;
import palimpsest.torch.diffusion.checkpoint.DiffusionCheckpoint;
import palimpsest.torch.diffusion.checkpoint.Patch;

/**
 * Takes an edit that a patch holds to a checkpoint, or back from one.
 *
 * @param model folder of diffusers, or a single file
 * @param patch the patch
 */
public record Patching(Path model, Path patch, Console console) {

  /**
   * What came of it.
   *
   * @param model where it is
   * @param method by which the patch was made
   * @param before digest of what was given
   * @param after digest of what was written, which was checked as it was
   * @param seconds wall-clock time
   */
  public record Patched(String model, String method, String before, String after, double seconds) {}

  /**
   * Writes the edited model.
   *
   * @param out a folder or, of a single file, a file; must not be there yet
   * @throws palimpsest.api.InvalidRequest if it is there, or the patch is of another checkpoint
   * @throws palimpsest.api.CorruptArtifact if the patch is damaged
   */
  public Patched apply(Path out) {
    return across(out, false);
  }

  /** Writes the model as it was before the edit, bit for bit; refuses as {@link #apply}. */
  public Patched revert(Path out) {
    return across(out, true);
  }

  private Patched across(Path out, boolean back) {
    long from = System.nanoTime();
    if (!Files.exists(out.toAbsolutePath().normalize())) {
      Path parent = out.toAbsolutePath().normalize().getParent();
      if (parent != null) {
        Outputs.folder(parent);
      }
    }
    try (Patch given = Patch.open(patch);
        DiffusionCheckpoint checkpoint = Editable.checkpoint(model)) {
      console.say(back ? "Taking the edit back" : "Applying the patch");
      if (back) {
        given.revert(checkpoint, out);
      } else {
        given.apply(checkpoint, out);
      }
      return new Patched(
          out.toString(),
          given.method(),
          back ? given.result() : given.source(),
          back ? given.source() : given.result(),
          (System.nanoTime() - from) / 1e9);
    }
  }
}
