package palimpsest.methods.diffusion;

import java.util.List;
import palimpsest.api.Check;
import palimpsest.api.InvalidRequest;

/** Several concepts as one text. */
final class Concepts {
  private Concepts() {}

  static String joined(List<String> concepts) {
    if (concepts.isEmpty()) {
      throw new InvalidRequest("nothing to steer away from; give a concept");
    }
    concepts.forEach(each -> Check.notBlank(each, "concept"));
    return String.join(", ", concepts);
  }
}
