package palimpsest.engine.image;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.api.UnsupportedModel;
import palimpsest.engine.Console;
import palimpsest.torch.diffusion.checkpoint.DiffusionCheckpoint;
import palimpsest.torch.diffusion.checkpoint.DiffusionFolder;
import palimpsest.torch.diffusion.checkpoint.SingleFile;

/** A Stable Diffusion model that is open to be edited: its checkpoint and its tokenizers. */
final class Editable implements AutoCloseable {
  private static final String UNET = "unet";

  private final Path path;
  private final DiffusionCheckpoint checkpoint;
  private final Map<String, Path> tokenizers = new TreeMap<>();

  private Editable(Path path, DiffusionCheckpoint checkpoint) {
    this.path = path;
    this.checkpoint = checkpoint;
  }

  /** A folder of diffusers, or a single file; no weights are read yet. */
  static DiffusionCheckpoint checkpoint(Path path) {
    return Files.isRegularFile(path)
        ? SingleFile.open(path, Optional.of(SingleFile.Prediction.EPSILON)) // has no say in weights
        : DiffusionFolder.open(path);
  }

  /**
   * Opens a model.
   *
   * @param tokenizers folders for the text encoders of a single file, in their order; none for a
   *     folder, which has its own
   */
  static Editable open(Path path, List<Path> tokenizers) {
    DiffusionCheckpoint checkpoint = checkpoint(path);
    boolean done = false;
    try {
      Editable editable = new Editable(path, checkpoint);
      editable.find(tokenizers);
      done = true;
      return editable;
    } finally {
      if (!done) {
        checkpoint.close();
      }
    }
  }

  private void find(List<Path> given) {
    List<String> encoders = encoders();
    if (encoders.isEmpty()) {
      throw new UnsupportedModel(path + ": has no text encoder; nothing says what a text is to it");
    }
    boolean single = checkpoint instanceof SingleFile;
    if (given.size() != (single ? encoders.size() : 0)) {
      throw new InvalidRequest(
          path
              + (single
                  ? ": a single file has no tokenizer; give --tokenizer FOLDER for each of "
                      + encoders
                  : ": a folder has its own tokenizers; leave --tokenizer out"));
    }
    for (int i = 0; i < encoders.size(); i++) {
      String name = encoders.get(i);
      tokenizers.put(name, single ? given.get(i) : own(name.replace("text_encoder", "tokenizer")));
    }
  }

  private Path own(String part) {
    Path folder = path.resolve(part);
    if (!Files.isDirectory(folder)) {
      throw new CorruptArtifact(
          folder + ": not there, wanted the tokenizer; fetch the model again");
    }
    return folder;
  }

  /** Names of the text encoders in the order in which their states stand side by side. */
  List<String> encoders() {
    TreeSet<String> names = new TreeSet<>(checkpoint.components());
    names.removeIf(name -> !name.startsWith("text_encoder"));
    return List.copyOf(names);
  }

  DiffusionCheckpoint checkpoint() {
    return checkpoint;
  }

  /** What is not reached by an edit of the U-Net and would draw the concept still. */
  List<String> secondCopies() {
    return checkpoint instanceof SingleFile single && single.hasAverages()
        ? List.of(
            "the averages of the U-Net's weights in this file (model_ema.) are a second U-Net that"
                + " was not edited: whoever extracts it has the model before the edit")
        : List.of();
  }

  /** The maps of its denoiser. */
  TextMaps maps() {
    return new TextMaps(checkpoint.component(UNET), where(UNET));
  }

  private String where(String component) {
    return path.resolve(component).resolve("config.json").toString();
  }

  /** Texts as the denoiser reads them; one text encoder is in memory at a time. */
  Map<String, Prompt> prompts(List<String> texts, Console console) {
    boolean xl = checkpoint.components().contains("text_encoder_2");
    List<Prompt> all = new ArrayList<>();
    for (String name : encoders()) {
      console.say("Encoding " + texts.size() + " texts by " + name);
      try (PromptEncoder encoder =
          PromptEncoder.open(checkpoint.component(name), where(name), tokenizer(name), xl)) {
        List<Prompt> some = encoder.encode(texts);
        all = all.isEmpty() ? some : joined(all, some);
      }
    }
    Map<String, Prompt> prompts = new LinkedHashMap<>();
    all.forEach(prompt -> prompts.put(prompt.text(), prompt));
    return prompts;
  }

  private Path tokenizer(String encoder) {
    Path folder = tokenizers.get(encoder);
    if (folder == null) {
      throw new IllegalStateException(encoder + " has no tokenizer");
    }
    return folder;
  }

  private List<Prompt> joined(List<Prompt> first, List<Prompt> second) {
    List<Prompt> both = new ArrayList<>();
    for (int i = 0; i < first.size(); i++) {
      Prompt one = first.get(i);
      Prompt other = second.get(i);
      if (one.last() != other.last() || one.states().rows() != other.states().rows()) {
        throw new InvalidRequest(
            path
                + ": its tokenizers cut \""
                + one.text()
                + "\" into "
                + one.last()
                + " and "
                + other.last()
                + " tokens; wanted two of one vocabulary");
      }
      both.add(one.beside(other.states()));
    }
    return both;
  }

  @Override
  public void close() {
    checkpoint.close();
  }
}
