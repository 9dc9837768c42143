package palimpsest.torch.diffusion.attack;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Map;
import java.util.TreeMap;
import palimpsest.api.About;
import palimpsest.api.PictureAttack;

/**
 * An attempt to have a concept drawn by a model that should no longer draw it. An implementation is
 * a record whose components are its hyper-parameters, all of them numbers.
 */
public interface ImageAttack {

  /** {@code attack.name}, unique. */
  String id();

  /**
   * Whether it takes more than a prompt that can be typed: then who carries it out has the weights,
   * and no shield stands before them.
   */
  default boolean needsWeights() {
    return false;
  }

  /** Scale of guidance that its pictures are drawn with. */
  default double scale(Drawing drawing) {
    return drawing.scale();
  }

  /** Raised whenever the arithmetic changes. */
  int version();

  /** What it does, its formula, its source, its parameters. */
  About about();

  /**
   * Searches with the situation's pictures and pairs, then draws its prompts without and under
   * attack. The victim is left as it was.
   *
   * @throws palimpsest.api.Interrupted if the watch says so
   * @throws palimpsest.api.InvalidRequest if the cases lack what it needs
   * @throws palimpsest.api.Diverged if its loss stops being finite
   */
  PictureAttack.Run attack(Situation situation);

  /** The hyper-parameters by name. */
  default Map<String, String> settings() {
    Map<String, String> values = new TreeMap<>();
    for (RecordComponent c : getClass().getRecordComponents()) {
      try {
        values.put(c.getName(), String.valueOf(c.getAccessor().invoke(this)));
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException(e);
      }
    }
    return values;
  }
}
