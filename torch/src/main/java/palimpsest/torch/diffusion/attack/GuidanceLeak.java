package palimpsest.torch.diffusion.attack;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.bytedeco.javacpp.PointerScope;
import palimpsest.api.About;
import palimpsest.api.InvalidRequest;
import palimpsest.api.PictureAttack;
import palimpsest.api.PictureAttempt;
import palimpsest.torch.diffusion.Conditioning;

/**
 * The prompt under another guidance: what was erased at one scale may be there at others, in the
 * empty text, or on the far side of the prompt.
 *
 * <pre>o = o_null + g (o_prompt - o_null)</pre>
 *
 * <p>g = 0 draws the empty text; g below 0 goes away from the prompt. Where a prompt was trained to
 * give {@code o_null - η (o_concept - o_null)}, as ESD does, the concept lies that way.
 *
 * @param scale g, finite
 */
public record GuidanceLeak(double scale) implements ImageAttack {
  public GuidanceLeak {
    if (!Double.isFinite(scale)) {
      throw new InvalidRequest("scale must be finite, got " + scale);
    }
  }

  /** Away from the prompt by 7.5, 3 and 1, the empty text, and 1, 3, 7.5 and 15: our choice. */
  public static List<GuidanceLeak> all() {
    return DoubleStream.of(-7.5, -3, -1, 0, 1, 3, 7.5, 15).mapToObj(GuidanceLeak::new).toList();
  }

  @Override
  public String id() {
    return "attack.guidance-leak";
  }

  @Override
  public double scale(Drawing drawing) {
    return scale;
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public About about() {
    return new About(
        "the prompt under another guidance",
        "o = o_null + scale (o_prompt - o_null)",
        "own; guidance of Ho and Salimans 2022, arXiv 2207.12598",
        "own",
        "none: each scale is an attack, chosen among on tuning cases",
        Map.of("scale", "of guidance; 0 for the empty text, below 0 away from the prompt"));
  }

  @Override
  public PictureAttack.Run attack(Situation situation) {
    Victim victim = situation.victim();
    String words = String.format(Locale.ROOT, "guidance %s", scale);
    List<PictureAttempt> attempts = new ArrayList<>();
    int number = 0;
    for (String prompt : situation.cases().prompts()) {
      int all = situation.cases().prompts().size();
      situation.watch().ask(new Watch.At(id(), ++number, all, Double.POSITIVE_INFINITY));
      try (PointerScope scope = new PointerScope()) {
        Conditioning read = victim.read(victim.tokenizer().encode(prompt));
        Recognizer judge = situation.under(prompt, words);
        double[] under = situation.seen(judge, new Situation.Attacked(prompt, read), scale);
        attempts.addAll(situation.attempts(prompt, words, situation.plain(prompt), under));
      }
    }
    return new PictureAttack.Run(situation.seed(), 0, List.of(), attempts);
  }
}
