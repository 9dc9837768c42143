package palimpsest.engine.picture.erase;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import palimpsest.api.PictureAttack;
import palimpsest.api.PictureAttack.Judged;
import palimpsest.api.PictureAttack.Side;
import palimpsest.engine.JsonFiles;
import palimpsest.torch.diffusion.attack.Campaign;
import palimpsest.torch.diffusion.attack.ImageAttack;

/**
 * What attacks make of a retrained model, kept beside it: it is attacked once with each settings,
 * not once for every method that is compared to it.
 *
 * @param file where they are kept
 * @param model digest of the retrained model, as a victim states it
 */
record ReferenceSides(Path file, String model) implements Campaign.Memory {

  /** Those of one attack with its settings, on its cases. */
  record One(String attack, int version, Map<String, String> settings, Judged judged, Side side) {
    One {
      settings = new TreeMap<>(settings);
    }

    boolean isOf(One other) {
      return attack.equals(other.attack)
          && version == other.version
          && settings.equals(other.settings)
          && judged.equals(other.judged);
    }
  }

  /** All of them. */
  record Kept(List<One> sides) {
    Kept {
      sides = List.copyOf(sides);
    }
  }

  @Override
  public Side of(ImageAttack attack, Judged judged, Supplier<Side> afresh) {
    Optional<Side> there = find(attack, judged);
    if (there.isPresent()) {
      return there.get();
    }
    Side side = afresh.get();
    add(new One(attack.id(), attack.version(), attack.settings(), judged, side));
    return side;
  }

  /** Keeps what an attack on the retrained model itself found. */
  void add(PictureAttack own) {
    add(new One(own.attack(), own.version(), own.settings(), own.judged(), own.subject()));
  }

  private Optional<Side> find(ImageAttack attack, Judged judged) {
    return kept().stream()
        .filter(
            one ->
                one.isOf(
                    new One(attack.id(), attack.version(), attack.settings(), judged, one.side())))
        .map(One::side)
        .filter(side -> side.model().equals(model))
        .findFirst();
  }

  private List<One> kept() {
    return Files.exists(file) ? JsonFiles.read(file, Kept.class).sides() : List.of();
  }

  private void add(One one) {
    List<One> all = new ArrayList<>(kept());
    all.removeIf(one::isOf);
    all.add(one);
    JsonFiles.write(file, new Kept(all));
  }
}
