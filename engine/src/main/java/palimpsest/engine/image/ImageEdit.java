package palimpsest.engine.image;

import java.util.ArrayList;
import java.util.List;
import palimpsest.api.InvalidRequest;
import palimpsest.methods.diffusion.TextMapMethod;

/**
 * What is to be changed in an image model, in words.
 *
 * @param method which closed form
 * @param concepts at least one, none twice
 * @param preserved texts that are to give what they give; none of those to erase
 */
public record ImageEdit(TextMapMethod method, List<Replacement> concepts, List<String> preserved) {
  public ImageEdit {
    concepts = List.copyOf(concepts);
    preserved = preserved.stream().map(String::strip).distinct().toList();
    if (concepts.isEmpty()) {
      throw new InvalidRequest("nothing to erase; give --erase TEXT");
    }
    for (int i = 0; i < concepts.size(); i++) {
      String text = concepts.get(i).erase();
      if (concepts.subList(0, i).stream().anyMatch(c -> Replacement.same(c.erase(), text))) {
        throw new InvalidRequest("\"" + text + "\" is to be erased twice; give it once");
      }
      if (preserved.stream().anyMatch(kept -> Replacement.same(kept, text))) {
        throw new InvalidRequest(
            "\"" + text + "\" is to be erased and preserved; give it to one of the two");
      }
    }
  }

  /**
   * Concepts with what takes their places: none for the empty text, one for all, or as many as
   * there are concepts, in their order.
   *
   * @throws InvalidRequest for another number
   */
  public static List<Replacement> replacements(List<String> erase, List<String> toward) {
    if (toward.size() > 1 && toward.size() != erase.size()) {
      throw new InvalidRequest(
          "--toward is given "
              + toward.size()
              + " times for "
              + erase.size()
              + " times --erase; give it once, or once for each");
    }
    List<Replacement> concepts = new ArrayList<>();
    for (int i = 0; i < erase.size(); i++) {
      String guide = toward.isEmpty() ? "" : toward.get(toward.size() == 1 ? 0 : i);
      concepts.add(new Replacement(erase.get(i), guide));
    }
    return concepts;
  }
}
