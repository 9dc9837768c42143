package palimpsest.torch.diffusion.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** SHA-256 of a checkpoint, as {@link DiffusionCheckpoint#digest} defines it. */
final class CheckpointDigest {
  private CheckpointDigest() {}

  /** Of stored elements alone. */
  static String ofElements(Place place) {
    MessageDigest sha = sha256();
    place.<RuntimeException>pieces(sha::update);
    return hex(sha);
  }

  /** Of elements that are not stored yet. */
  static String ofElements(Fresh fresh) {
    MessageDigest sha = sha256();
    try {
      fresh.emit(sha::update);
    } catch (IOException e) {
      throw new IllegalStateException("a digest takes any bytes", e);
    }
    return hex(sha);
  }

  /**
   * Of a checkpoint in which some tensors have other elements.
   *
   * @param changed digests of those by component and name
   */
  static String of(DiffusionCheckpoint checkpoint, Map<String, Map<String, String>> changed) {
    MessageDigest sha = sha256();
    for (String name : new TreeSet<>(checkpoint.components())) {
      Component component = checkpoint.component(name);
      Map<String, String> other = changed.getOrDefault(name, Map.of());
      component
          .digests()
          .forEach(
              (tensor, elements) -> {
                String line = line(component, tensor, other.getOrDefault(tensor, elements));
                sha.update(line.getBytes(StandardCharsets.UTF_8));
              });
    }
    return hex(sha);
  }

  private static String line(Component component, String tensor, String elements) {
    Place place = component.place(tensor);
    String shape = place.shape().stream().map(String::valueOf).collect(Collectors.joining(","));
    return component.name()
        + "/"
        + tensor
        + " "
        + place.dtype().name()
        + " ["
        + shape
        + "] "
        + elements
        + "\n";
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static String hex(MessageDigest sha) {
    return HexFormat.of().formatHex(sha.digest());
  }
}
