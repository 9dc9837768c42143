package palimpsest.methods.diffusion.descent;

import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.diffusion.Denoiser;
import palimpsest.torch.diffusion.TextMap;

/**
 * Which parameters of a denoiser are moved. Cross-attentions are the modules that hold its {@link
 * TextMap}s.
 */
public enum Region {
  /** Linear maps and convolutions of the cross-attentions, biases included: ESD's x. */
  CROSS_ATTENTION,
  /** All other linear maps and convolutions, biases included, no norms: ESD's u. */
  OTHERS,
  /** The maps by which text enters alone, keys and values: ESD's strict x. */
  TEXT_MAPS,
  /** All parameters, norms included. */
  EVERYTHING,
  /** All linear maps and convolutions, biases included, no norms. */
  ALL_MAPS;

  /** The one of a number, from 0 in the order above. */
  static Region of(int number) {
    if (number < 0 || number >= values().length) {
      throw new InvalidRequest(
          "region must be 0 (cross-attentions), 1 (all maps but them), 2 (text maps), 3"
              + " (everything) or 4 (all maps), got "
              + number);
    }
    return values()[number];
  }

  /** What the numbers mean, for {@link palimpsest.api.About}. */
  static final String WORDS =
      "what is trained: 0 cross-attentions, 1 all maps but them, 2 text maps, 3 everything, 4 all"
          + " maps";

  /** Whether a parameter of a denoiser belongs to it, by name. */
  Predicate<String> of(Denoiser denoiser) {
    Map<String, Tensor> all = denoiser.weights().tensors();
    Set<String> texts =
        denoiser.textMaps().stream().map(TextMap::weight).collect(Collectors.toSet());
    Set<String> cross =
        texts.stream().map(Region::parent).map(Region::parent).collect(Collectors.toSet());
    Predicate<String> inCross = name -> cross.stream().anyMatch(at -> name.startsWith(at + "."));
    return switch (this) {
      case CROSS_ATTENTION -> name -> inCross.test(name) && isOfMap(name, all);
      case OTHERS -> name -> !inCross.test(name) && isOfMap(name, all);
      case TEXT_MAPS -> texts::contains;
      case EVERYTHING -> name -> true;
      case ALL_MAPS -> name -> isOfMap(name, all);
    };
  }

  private static boolean isOfMap(String name, Map<String, Tensor> all) {
    Tensor weight = all.get(parent(name) + ".weight");
    return weight != null && weight.dim() > 1;
  }

  private static String parent(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('.')));
  }
}
