package palimpsest.torch.diffusion.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.Scopes;
import palimpsest.torch.Weights;
import palimpsest.torch.checkpoint.Dtype;
import palimpsest.torch.checkpoint.Words;

/**
 * A part of a diffusion model that has weights, such as the U-Net: its configuration and its
 * tensors under the names that diffusers gives them, each read only when it is asked for.
 *
 * <p>Buffers whose content follows from the configuration ({@code position_ids}) are not among
 * them. It can be read as long as the checkpoint that it came from is open.
 */
public final class Component {
  private static final Pattern BUFFER =
      Pattern.compile("(text_model\\.)?embeddings\\.position_ids");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,300}");
  private static final int NAMED = 3;

  private final String name;
  private final String where;
  private final Supplier<ObjectNode> config;
  private final SortedMap<String, Place> places;
  private Optional<SortedMap<String, String>> digests = Optional.empty();

  /**
   * A component of these tensors.
   *
   * @param where what messages call it
   * @throws CorruptArtifact if a name has characters that no tensor's name has
   * @throws UnsupportedModel if a tensor is of a type that no weight is of
   */
  Component(String name, String where, Supplier<ObjectNode> config, Map<String, Place> places) {
    this.name = name;
    this.where = where;
    this.config = config;
    this.places = new TreeMap<>(places);
    this.places.keySet().removeIf(tensor -> BUFFER.matcher(tensor).matches());
    this.places.forEach(this::check);
  }

  private void check(String tensor, Place place) {
    if (!NAME.matcher(tensor).matches()) {
      throw new CorruptArtifact(
          where
              + ": tensor "
              + Words.quoted(tensor)
              + ", wanted a name of letters, digits, dot, dash and underscore");
    }
    if (!place.dtype().isWeight()) {
      throw new UnsupportedModel(
          where
              + ": tensor "
              + tensor
              + " has dtype "
              + place.dtype()
              + "; supported: F32, F16, BF16");
    }
  }

  /** What it is called in a pipeline: {@code unet}, {@code vae}, {@code text_encoder}. */
  public String name() {
    return name;
  }

  /** Its configuration as diffusers or transformers writes it; read when asked for. */
  public ObjectNode config() {
    return config.get();
  }

  /** Names of the tensors in their order, with shapes. */
  public Map<String, List<Long>> shapes() {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    places.forEach((tensor, place) -> shapes.put(tensor, place.shape()));
    return shapes;
  }

  /** In what type a tensor is stored. */
  public Dtype dtype(String tensor) {
    return place(tensor).dtype();
  }

  /**
   * All weights, widened exactly to float32; the caller closes them.
   *
   * @param wanted names and shapes that the architecture asks for
   * @throws CorruptArtifact if one is missing, surplus, misshapen or not finite
   */
  public Weights weights(Map<String, List<Long>> wanted) {
    refuse(without(wanted.keySet(), places.keySet()), "missing");
    refuse(without(places.keySet(), wanted.keySet()), "surplus");
    wanted.forEach(this::checkShape);
    return read(wanted);
  }

  /**
   * Some weights, widened exactly to float32; nothing else is read. The caller closes them.
   *
   * @throws CorruptArtifact if one is missing or not finite
   */
  public Weights some(Collection<String> names) {
    refuse(without(names, places.keySet()), "missing");
    Map<String, List<Long>> wanted = new LinkedHashMap<>();
    names.forEach(tensor -> wanted.put(tensor, place(tensor).shape()));
    return read(wanted);
  }

  private Weights read(Map<String, List<Long>> wanted) {
    Weights weights = Weights.allocate(wanted);
    boolean done = false;
    try {
      Scopes.withoutGradient(
          () -> {
            weights.tensors().forEach((tensor, t) -> place(tensor).readInto(t, tensor));
            return weights;
          });
      done = true;
      return weights;
    } finally {
      if (!done) {
        weights.close();
      }
    }
  }

  private static Set<String> without(Collection<String> all, Set<String> some) {
    Set<String> rest = new TreeSet<>(all);
    rest.removeAll(some);
    return rest;
  }

  private void refuse(Set<String> names, String what) {
    if (!names.isEmpty()) {
      String first =
          names.stream().limit(NAMED).map(Words::quoted).collect(Collectors.joining(", "));
      throw new CorruptArtifact(
          where + ": tensor " + first + " " + what + "; " + names.size() + " " + what + " in all");
    }
  }

  private void checkShape(String tensor, List<Long> wanted) {
    List<Long> got = place(tensor).shape();
    if (!got.equals(wanted)) {
      throw new CorruptArtifact(
          where + ": tensor " + tensor + " has shape " + got + ", wanted " + wanted);
    }
  }

  /** Where a tensor stands; refused where it does not. */
  Place place(String tensor) {
    Place place = places.get(tensor);
    if (place == null) {
      throw new CorruptArtifact(where + ": has no tensor " + Words.quoted(tensor));
    }
    return place;
  }

  /** What messages call it. */
  String where() {
    return where;
  }

  /** SHA-256 of the stored elements of each tensor; computed once. */
  SortedMap<String, String> digests() {
    if (digests.isEmpty()) {
      Map<String, String> each =
          places.entrySet().parallelStream()
              .collect(
                  Collectors.toConcurrentMap(
                      Map.Entry::getKey, e -> CheckpointDigest.ofElements(e.getValue())));
      digests = Optional.of(Collections.unmodifiableSortedMap(new TreeMap<>(each)));
    }
    return digests.get();
  }
}
