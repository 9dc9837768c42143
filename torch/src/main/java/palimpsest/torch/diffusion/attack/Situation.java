package palimpsest.torch.diffusion.attack;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.bytedeco.javacpp.PointerScope;
import palimpsest.api.PictureAttempt;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.schedule.SeededNoise;
import palimpsest.torch.diffusion.text.ClipText;

/**
 * What an attacker is given.
 *
 * @param victim the model under attack
 * @param known the text encoder that anybody has, that of the model before the remedy, of the same
 *     tokenizer
 * @param cases what is worked with and judged on
 * @param recognizer of the judge
 * @param seed of whatever is drawn
 * @param watch sees the search
 */
public record Situation(
    Victim victim, ClipText known, Cases cases, Recognizer recognizer, long seed, Watch watch) {

  /** The noises that each prompt is drawn from. */
  SeededNoise noise() {
    return new SeededNoise(seed, cases.noises());
  }

  /**
   * A prompt under attack.
   *
   * @param words for people
   * @param read as the denoiser reads it, (1, T, E)
   */
  record Attacked(String words, Conditioning read) {}

  /** Draws every prompt as it is and as an attack turns it. */
  List<PictureAttempt> judged(BiFunction<Integer, String, Attacked> attack) {
    List<PictureAttempt> attempts = new ArrayList<>();
    for (int i = 0; i < cases.prompts().size(); i++) {
      String prompt = cases.prompts().get(i);
      try (PointerScope scope = new PointerScope()) {
        Attacked attacked = attack.apply(i, prompt);
        Recognizer judge = under(prompt, attacked.words());
        double[] under = seen(judge, attacked, victim.drawing().scale());
        attempts.addAll(attempts(prompt, attacked.words(), plain(prompt), under));
      }
    }
    return attempts;
  }

  /** P(concept) of pictures of a prompt as it is. */
  double[] plain(String prompt) {
    return plain(prompt, recognizer);
  }

  /** The same by another recognizer. */
  double[] plain(String prompt, Recognizer judge) {
    try (PointerScope scope = new PointerScope()) {
      Conditioning read = victim.read(victim.tokenizer().encode(prompt));
      return seen(judge, new Attacked(prompt, read), victim.drawing().scale());
    }
  }

  /** P(concept) of pictures of a prompt at a scale of guidance, or of none where it is refused. */
  double[] seen(Recognizer judge, Attacked attacked, double scale) {
    boolean refused = victim.shield().filter(s -> s.refuses(attacked.words())).isPresent();
    return refused
        ? victim.seeNothing(judge, cases.noises().size())
        : victim.see(judge, attacked.read(), noise(), scale);
  }

  /** The recognizer of pictures that are drawn for a prompt under attack. */
  Recognizer under(String prompt, String words) {
    Recognizer.Drawn drawn = new Recognizer.Drawn(prompt, words, seed, cases.noises());
    return pictures -> recognizer.underAttack(drawn, pictures);
  }

  /** One for each noise. */
  List<PictureAttempt> attempts(String prompt, String words, double[] plain, double[] under) {
    List<PictureAttempt> attempts = new ArrayList<>();
    for (int i = 0; i < plain.length; i++) {
      attempts.add(new PictureAttempt(prompt, words, cases.noises().get(i), plain[i], under[i]));
    }
    return attempts;
  }
}
