package palimpsest.torch.diffusion.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.checkpoint.AtomicFile;
import palimpsest.torch.checkpoint.Safetensors;

/**
 * A Stable Diffusion 1, 2 or XL model, or one of pixels that has no autoencoder, in the folder
 * layout of diffusers.
 *
 * <pre>
 * model_index.json                        pipeline and components
 * unet/ vae/                              config.json, diffusion_pytorch_model.safetensors
 * text_encoder/ text_encoder_2/           config.json, model.safetensors
 * tokenizer/ tokenizer_2/ scheduler/      their files
 * safety_checker/ feature_extractor/ ...  carried along, never opened
 * </pre>
 *
 * <p>Weights may be in shards with an index, or in a variant ({@code *.fp16.safetensors}) where
 * there is no other. Names that older versions gave ({@code query} for {@code to_q} in the
 * autoencoder) or newer ones leave out ({@code text_model.}) are read as the common ones.
 *
 * <p>A copy has what is in use: other variants, pickles and files beside the components are left
 * out of it, as they hold the weights before the edit.
 *
 * @see <a href="https://huggingface.co/docs/diffusers/using-diffusers/other-formats">the layout</a>
 */
public final class DiffusionFolder implements DiffusionCheckpoint {
  /** The class of pipelines that {@code train} makes of pictures: pixels, no autoencoder. */
  public static final String PIXELS = ModelIndex.PIXELS;

  private static final String INDEX = "model_index.json";
  private static final List<String> BESIDE = List.of("LICENSE", "NOTICE", "README");

  private final Inside root;
  private final ModelIndex index;
  private final Map<String, WeightFiles> files = new HashMap<>();
  private final Map<String, Component> opened = new HashMap<>();

  private DiffusionFolder(Inside root, ModelIndex index) {
    this.root = root;
    this.index = index;
  }

  /**
   * Opens a folder; no weights are read yet.
   *
   * @throws InvalidRequest if it is not there or has no model_index.json
   * @throws UnsupportedModel if it is another kind of model, or pickles
   * @throws CorruptArtifact if model_index.json is damaged
   */
  public static DiffusionFolder open(Path folder) {
    Inside root = Inside.of(folder);
    if (!root.has(INDEX)) {
      if (root.names("").stream().anyMatch(WeightFiles::isPickle)) {
        throw new UnsupportedModel(
            folder + ": pickle checkpoints are never loaded; convert to safetensors");
      }
      throw new InvalidRequest(
          folder + ": no " + INDEX + " in it: give the folder of a diffusers pipeline");
    }
    String where = folder.resolve(INDEX).toString();
    return new DiffusionFolder(root, ModelIndex.read(root.json(INDEX, Inside.CONFIG), where));
  }

  /** Whether a folder looks like one of these. */
  public static boolean isThere(Path folder) {
    return Files.isRegularFile(folder.resolve(INDEX));
  }

  /** The class of the pipeline, such as {@code StableDiffusionXLPipeline}. */
  public String pipeline() {
    return index.pipeline();
  }

  /** All components that are there, with weights or without. */
  public List<String> parts() {
    return index.components();
  }

  @Override
  public Set<String> components() {
    Set<String> weighed = new LinkedHashSet<>(index.components());
    weighed.retainAll(ModelIndex.WEIGHED.keySet());
    return weighed;
  }

  @Override
  public synchronized Component component(String name) {
    if (!components().contains(name)) {
      throw new InvalidRequest(
          root.folder() + ": has no component " + name + "; it has " + components());
    }
    return opened.computeIfAbsent(name, this::load);
  }

  private Component load(String name) {
    String stem = name.startsWith("text") ? "model" : "diffusion_pytorch_model";
    WeightFiles weights = WeightFiles.open(root, name, stem);
    files.put(name, weights);
    Map<String, Place> places = new TreeMap<>();
    boolean bare = weights.places().keySet().stream().noneMatch(n -> n.startsWith("text_model."));
    weights
        .places()
        .forEach(
            (tensor, file) -> {
              OldNames.Renamed now = OldNames.of(name, tensor, bare);
              Place place = Place.of(file, tensor);
              if (places.put(now.name(), now.matrix() ? place.squeezed() : place) != null) {
                throw new CorruptArtifact(file.file() + ": has tensor " + now.name() + " twice");
              }
            });
    String where = root.folder().resolve(name).toString();
    return new Component(name, where, () -> config(name, "config.json"), places);
  }

  private ObjectNode config(String part, String file) {
    return root.json(part + "/" + file, Inside.CONFIG);
  }

  /** The scheduler's configuration. */
  public ObjectNode scheduler() {
    return config(require("scheduler"), "scheduler_config.json");
  }

  /**
   * A file of a part, such as tokenizer/vocab.json.
   *
   * @param name a plain file name
   * @throws CorruptArtifact if it is not there or a link out of the folder
   */
  public Path file(String part, String name) {
    if (!name.matches("[A-Za-z0-9_][A-Za-z0-9._-]*")) {
      throw new IllegalArgumentException(name + ": wanted a plain file name");
    }
    return root.file(require(part) + "/" + name);
  }

  private String require(String part) {
    if (!index.components().contains(part)) {
      throw new InvalidRequest(
          root.folder() + ": has no " + part + "; it has " + index.components());
    }
    return part;
  }

  @Override
  public void write(Path target, Changes changes) {
    changes.requireFor(this);
    SortedMap<String, AtomicFile.Body> bodies = new TreeMap<>();
    put(bodies, INDEX);
    root.names("").stream()
        .filter(name -> BESIDE.stream().anyMatch(name::startsWith))
        .filter(name -> !WeightFiles.isWeights(name))
        .forEach(name -> put(bodies, name));
    for (String part : index.components()) {
      if (components().contains(part)) {
        putWeighed(bodies, part, changes);
      } else {
        boolean carried = ModelIndex.CARRIED.contains(part);
        root.names(part).stream()
            .filter(name -> carried || !WeightFiles.isWeights(name))
            .forEach(name -> put(bodies, part + "/" + name));
      }
    }
    NewFolder.write(target, bodies, changes::check);
  }

  private void put(SortedMap<String, AtomicFile.Body> bodies, String relative) {
    bodies.put(relative, NewFolder.copyOf(root.file(relative)));
  }

  private void putWeighed(SortedMap<String, AtomicFile.Body> bodies, String part, Changes changes) {
    component(part);
    WeightFiles weights = Objects.requireNonNull(files.get(part));
    root.names(part).stream()
        .filter(name -> !WeightFiles.isWeights(name))
        .forEach(name -> put(bodies, part + "/" + name));
    weights.index().ifPresent(name -> put(bodies, part + "/" + name));
    for (Map.Entry<String, Safetensors> each : weights.files().entrySet()) {
      bodies.put(part + "/" + each.getKey(), to -> changes.copy(each.getValue(), to));
    }
  }

  @Override
  public void close() {
    files.values().forEach(WeightFiles::close);
  }
}
