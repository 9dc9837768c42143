package palimpsest.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import palimpsest.torch.checkpoint.Checkpoint;

/** Which names the folder of a training has in it; names below it, parts separated by a slash. */
enum Layout {
  /** One run and its model: what a training or its replay leaves. */
  TRAINING("model/" + Manifest.FILE) {
    @Override
    boolean isFolder(String name) {
      return name.matches("run|(model|start|adapter)(\\.new)?") || name.matches(PART);
    }

    @Override
    boolean isKept(String name, boolean isFolder) {
      return isFolder ? name.equals(Replaying.BEFORE) : RESULTS.contains(name);
    }

    @Override
    Optional<Superseded.Kind> kind(String name, Map<String, Integer> firstMet) {
      if (name.matches("run/step-\\d{8}\\.(json|safetensors|packed)")) {
        boolean met = Integer.parseInt(name.substring(9, 17)) >= firstMet.getOrDefault("run", 0);
        return Optional.of(met ? Superseded.Kind.MET : Superseded.Kind.UNMET);
      }
      if (name.matches("((run|model|start|adapter)/)?" + PART)
          || name.matches("(" + PART + "|(model|start|adapter)\\.new)/[^/]+")) {
        return Optional.of(Superseded.Kind.UNFINISHED);
      }
      if (name.startsWith("start/") && Checkpoint.isBesideWeights(name.substring(6))) {
        return Optional.of(Superseded.Kind.START);
      }
      return Optional.ofNullable(NAMED.get(name)).or(() -> ofModel(name));
    }
  },

  /** Runs of shards, each with its adapter, and the model that the adapters were merged into. */
  SHARDS(ShardSet.FILE) {
    @Override
    boolean isFolder(String name) {
      return name.matches("shards|model(\\.new)?|shards/\\d{2,}(\\.new)?")
          || name.matches("shards/\\d{2,}(/(run|adapter(\\.new)?)|\\.new/(run|adapter))")
          || name.matches(PART);
    }

    @Override
    boolean isKept(String name, boolean isFolder) {
      return !isFolder && RESULTS.contains(name);
    }

    @Override
    Optional<Superseded.Kind> kind(String name, Map<String, Integer> firstMet) {
      Matcher shard = OF_SHARD.matcher(name);
      if (shard.matches()) {
        return ofShard(shard.group(2), Optional.ofNullable(firstMet.get(shard.group(1) + "run")));
      }
      if (name.equals(ShardSet.FILE)) {
        return Optional.of(Superseded.Kind.MANIFEST);
      }
      if (name.equals(MergePace.FILE)) {
        return Optional.of(Superseded.Kind.PACE);
      }
      boolean unfinished =
          name.matches("(model/)?" + PART)
              || name.matches("(" + PART + "|model\\.new)/[^/]+")
              || name.matches("shards/\\d{2,}\\.new/(run|adapter)/[^/]+");
      return unfinished ? Optional.of(Superseded.Kind.UNFINISHED) : ofModel(name);
    }

    /** Of a shard that nothing is left out of, the successor has a copy. */
    private Optional<Superseded.Kind> ofShard(String name, Optional<Integer> firstMet) {
      Map<String, Integer> met = firstMet.map(step -> Map.of("run", step)).orElse(Map.of());
      return TRAINING
          .kind(name, met)
          .map(
              kind -> firstMet.isPresent() || ASIDE.contains(kind) ? kind : Superseded.Kind.COPIED);
    }
  };

  /** No influence but digests: what earlier requests came to is worth keeping. */
  private static final Set<String> RESULTS = Set.of("applied.json", Destroyed.FILE);

  /** What a killed write leaves beside its target. */
  private static final String PART = "\\.[^/]+\\.part";

  private static final Pattern OF_SHARD =
      Pattern.compile("(shards/\\d{2,}/)((?:run|adapter(?:\\.new)?)/[^/]+)");

  /** Nothing of a shard's result, whatever became of that. */
  private static final Set<Superseded.Kind> ASIDE =
      Set.of(Superseded.Kind.UNFINISHED, Superseded.Kind.LOCK);

  private static final Map<String, Superseded.Kind> NAMED =
      Map.of(
          "run/examples.key",
          Superseded.Kind.KEY,
          "run/examples.hmac",
          Superseded.Kind.TABLE,
          "run/ledger.jsonl",
          Superseded.Kind.LEDGER,
          "run/lock",
          Superseded.Kind.LOCK,
          "run/pace.json",
          Superseded.Kind.PACE,
          "adapter/adapter_model.safetensors",
          Superseded.Kind.WEIGHTS,
          "adapter/adapter_config.json",
          Superseded.Kind.MANIFEST,
          "adapter/" + Manifest.FILE,
          Superseded.Kind.MANIFEST,
          "model/" + Manifest.FILE,
          Superseded.Kind.MANIFEST);

  private final String last;

  Layout(String last) {
    this.last = last;
  }

  /** That of a folder: shards where it says so. */
  static Layout of(Path folder) {
    return Files.exists(folder.resolve(SHARDS.last)) ? SHARDS : TRAINING;
  }

  /** The file whose presence makes it finished. */
  String last() {
    return last;
  }

  /** Whether such a folder is its own. */
  abstract boolean isFolder(String name);

  /** Whether such a file or folder stays when the rest is destroyed. */
  abstract boolean isKept(String name, boolean isFolder);

  /**
   * The kind of a file by its name; empty for one that no training leaves.
   *
   * @param firstMet as {@link Superseded} has it
   */
  abstract Optional<Superseded.Kind> kind(String name, Map<String, Integer> firstMet);

  private static Optional<Superseded.Kind> ofModel(String name) {
    String file = name.substring(name.indexOf('/') + 1);
    if (!name.equals("model/" + file)) {
      return Optional.empty();
    }
    if (Checkpoint.isWeights(file)) {
      return Optional.of(Superseded.Kind.WEIGHTS);
    }
    return Checkpoint.isBesideWeights(file) ? Optional.of(Superseded.Kind.MODEL) : Optional.empty();
  }
}
