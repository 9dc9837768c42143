package palimpsest.torch.diffusion.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.checkpoint.AtomicFile;
import palimpsest.torch.checkpoint.Safetensors;
import palimpsest.torch.checkpoint.Words;

/**
 * A Stable Diffusion 1, 2 or XL model in one safetensors file, under the names of the original
 * latent diffusion code.
 *
 * <p>Names that the original code does not have are refused, except what it trains with: averages
 * ({@code model_ema.}), the autoencoder's loss, the noise schedule; those are carried along. <b>The
 * averages are a second U-Net that an edit does not reach</b>: see {@link #hasAverages}.
 *
 * <p>A file says neither what the model predicts nor how many heads its attentions have: heads are
 * those of the base models, and what it predicts is to be told where it is Stable Diffusion 2.
 */
public final class SingleFile implements DiffusionCheckpoint {
  /** What the U-Net predicts. */
  public enum Prediction {
    /** The noise. */
    EPSILON("epsilon"),
    /** The velocity, as Stable Diffusion 2 for 768 pixels does. */
    VELOCITY("v_prediction");

    private final String word;

    Prediction(String word) {
      this.word = word;
    }

    /** The word of diffusers' configurations. */
    public String word() {
      return word;
    }
  }

  private final Safetensors file;
  private final LdmKind kind;
  private final Optional<Prediction> prediction;
  private final Map<String, Component> components = new TreeMap<>();
  private final List<String> extras = new ArrayList<>();

  private SingleFile(Safetensors file, Optional<Prediction> prediction) {
    this.file = file;
    this.kind = LdmKind.of(file.names(), file.file().toString());
    this.prediction = prediction;
  }

  /**
   * Opens a file and finds its components; no weights are read yet.
   *
   * @param prediction what the model predicts, as its publisher says; noise where nothing is said
   *     and it is not Stable Diffusion 2
   * @throws UnsupportedModel if it is a pickle or another kind of model
   * @throws CorruptArtifact if it is damaged or has names that the kind does not have
   */
  public static SingleFile open(Path path, Optional<Prediction> prediction) {
    if (!Files.isRegularFile(path)) {
      throw new InvalidRequest(path + ": not a file; give a checkpoint in one safetensors file");
    }
    if (WeightFiles.isPickle(String.valueOf(path.getFileName()))) {
      throw new UnsupportedModel(
          path + ": pickle checkpoints are never loaded; convert to safetensors");
    }
    Safetensors file = Safetensors.open(path);
    boolean done = false;
    try {
      SingleFile single = new SingleFile(file, prediction);
      single.sort();
      done = true;
      return single;
    } finally {
      if (!done) {
        file.close();
      }
    }
  }

  private void sort() {
    LdmNames names = new LdmNames(kind, file.names());
    Map<String, Map<String, Place>> places = new TreeMap<>();
    List<String> unknown = new ArrayList<>();
    for (String name : file.names()) {
      Optional<List<LdmNames.Target>> targets = names.of(name);
      if (targets.isEmpty()) {
        unknown.add(name);
      } else if (targets.get().isEmpty()) {
        extras.add(name);
      } else {
        targets.get().forEach(t -> put(places, t, name));
      }
    }
    if (!unknown.isEmpty()) {
      throw new CorruptArtifact(
          file.file()
              + ": tensor "
              + Words.quoted(unknown.get(0))
              + " is not one of "
              + kind.title()
              + "; "
              + unknown.size()
              + " surplus in all");
    }
    LdmConfigs configs = new LdmConfigs(kind, prediction, names.layers());
    places.forEach(
        (name, tensors) ->
            components.put(
                name,
                new Component(
                    name, file.file() + " " + name, () -> configs.of(component(name)), tensors)));
  }

  private void put(Map<String, Map<String, Place>> places, LdmNames.Target target, String name) {
    Place place = target.form().place(file, name);
    Map<String, Place> tensors = places.computeIfAbsent(target.component(), c -> new TreeMap<>());
    if (tensors.put(target.name(), place) != null) {
      throw new CorruptArtifact(
          file.file() + ": holds " + target.component() + " " + target.name() + " twice");
    }
  }

  /** Which model it is. */
  public LdmKind kind() {
    return kind;
  }

  /** Names in the file of what is carried along, in order of place. */
  public List<String> extras() {
    return List.copyOf(extras);
  }

  /**
   * Whether the file holds an average of the U-Net's weights beside them.
   *
   * <p>An edit leaves it as it was; who extracts it has the model before the edit.
   */
  public boolean hasAverages() {
    return extras.stream().anyMatch(name -> name.startsWith("model_ema.diffusion_model"));
  }

  /**
   * The configuration of the scheduler that the base model is published with.
   *
   * @throws InvalidRequest if it is Stable Diffusion 2 and nobody said what it predicts
   */
  public ObjectNode scheduler() {
    if (kind == LdmKind.SD2 && prediction.isEmpty()) {
      throw new InvalidRequest(
          file.file()
              + ": whether Stable Diffusion 2 predicts noise or velocity is not in the file;"
              + " say epsilon (512 pixels) or v_prediction (768 pixels)");
    }
    return LdmConfigs.scheduler(kind, prediction.orElse(Prediction.EPSILON));
  }

  @Override
  public Set<String> components() {
    return Set.copyOf(components.keySet());
  }

  @Override
  public Component component(String name) {
    Component component = components.get(name);
    if (component == null) {
      throw new InvalidRequest(
          file.file() + ": has no component " + name + "; it has " + components.keySet());
    }
    return component;
  }

  @Override
  public void write(Path target, Changes changes) {
    changes.requireFor(this);
    Path vacant = NewFolder.vacant(target);
    AtomicFile.write(
        vacant,
        to -> {
          changes.copy(file, to);
          changes.check();
        });
  }

  @Override
  public void close() {
    file.close();
  }
}
