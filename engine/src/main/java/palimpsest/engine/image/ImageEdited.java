package palimpsest.engine.image;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What was done to an image model: {@code applied.json}.
 *
 * @param software version that did it
 * @param method how
 * @param asked what was asked for, and how far the maps are from it
 * @param changed what of the model
 * @param seconds wall-clock time, text encoders, digests and writing included
 * @param peakBytes largest resident memory of the process; absent where the system does not say
 * @param shown what these figures show
 * @param notShown what a reader must not conclude
 * @param machine what it was computed on
 */
public record ImageEdited(
    String software,
    How method,
    Asked asked,
    Changed changed,
    double seconds,
    Optional<Long> peakBytes,
    List<String> shown,
    List<String> notShown,
    Map<String, String> machine) {
  public ImageEdited {
    shown = List.copyOf(shown);
    notShown = List.copyOf(notShown);
    machine = Collections.unmodifiableMap(new TreeMap<>(machine));
  }

  /**
   * A method.
   *
   * @param id its id
   * @param guarantee what it can promise
   * @param fidelity how it follows its source: a word, then in what it does not
   * @param parameters its hyper-parameters
   */
  public record How(String id, String guarantee, String fidelity, Map<String, Double> parameters) {
    public How {
      parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
    }
  }

  /**
   * What was asked for.
   *
   * @param concepts to erase, and toward what
   * @param tokens which states of the texts the method was given
   * @param prompts that the method was given, each with its distance
   * @param preserved texts to keep, each with its distance
   * @param preservedUnscored how many further texts were kept without a distance of their own
   */
  public record Asked(
      List<Replacement> concepts,
      String tokens,
      List<Distance> prompts,
      List<Distance> preserved,
      int preservedUnscored) {
    public Asked {
      concepts = List.copyOf(concepts);
      prompts = List.copyOf(prompts);
      preserved = List.copyOf(preserved);
    }
  }

  /**
   * How far what the maps make of a text is from what was asked for, over all maps together and
   * relative to what was asked for.
   *
   * @param text which
   * @param before with the weights as they were
   * @param after with the edited ones; 0 is what was asked for
   */
  public record Distance(String text, double before, double after) {}

  /**
   * What was changed.
   *
   * @param before digest of the checkpoint that was edited
   * @param after digest of what came of it
   * @param model name of the edited model beside this file; absent where only a patch was asked for
   * @param patch name of the patch beside this file, which takes the edit back
   * @param patchBytes its size
   * @param maps how many matrices of the denoiser; nothing else was changed
   * @param numbers how many numbers they hold
   * @param width of the text states
   * @param rank how many pairs of vectors the edit consists of
   * @param condition of the system that was solved; its logarithm to base 10 is how many of the 16
   *     digits were lost
   */
  public record Changed(
      String before,
      String after,
      Optional<String> model,
      String patch,
      long patchBytes,
      int maps,
      long numbers,
      int width,
      int rank,
      double condition) {}
}
