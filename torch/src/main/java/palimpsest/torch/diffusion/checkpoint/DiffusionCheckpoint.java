package palimpsest.torch.diffusion.checkpoint;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** A Stable Diffusion model on a disk, open for reading; close it when done. */
public sealed interface DiffusionCheckpoint extends AutoCloseable
    permits DiffusionFolder, SingleFile {

  /** Names of the components that have weights, of unet, vae, text_encoder, text_encoder_2. */
  Set<String> components();

  /**
   * A component; opened when first asked for.
   *
   * @throws palimpsest.api.InvalidRequest if there is none of that name
   * @throws palimpsest.api.CorruptArtifact if its files are damaged or missing
   * @throws palimpsest.api.UnsupportedModel if it has pickles only
   */
  Component component(String name);

  /**
   * Writes a new checkpoint of the same layout, whole or not at all, with some tensors changed.
   *
   * <p>Everything else keeps its bytes. Changed tensors are stored in the type that they had.
   *
   * @param target must not be there yet
   * @throws palimpsest.api.InvalidRequest if the target is there or cannot be written
   */
  void write(Path target, Changes changes);

  /** {@link #write(Path, Changes)} of tensors by component and name. */
  default void write(Path target, Map<String, Map<String, Tensor>> changed) {
    write(target, Changes.of(this, changed));
  }

  /**
   * The identity of the stored weights, whatever files they are in.
   *
   * <p>SHA-256, in hexadecimal, over a line of UTF-8 for each tensor of {@link #components}, in the
   * order of components and of names:
   *
   * <pre>unet/conv_in.weight F32 [320,4,3,3] e3b0c442...\n</pre>
   *
   * <p>Component and name, stored type, shape, and the SHA-256 of the stored bytes: little-endian,
   * row-major. Names and order of elements are those of diffusers, so that a single file and the
   * folder converted from it have the same digest; buffers do not count, nor do configurations.
   */
  default String digest() {
    return CheckpointDigest.of(this, Map.of());
  }

  @Override
  void close();
}
