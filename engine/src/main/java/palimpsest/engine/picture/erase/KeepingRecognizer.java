package palimpsest.engine.picture.erase;

import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import palimpsest.discovery.image.Picture;
import palimpsest.discovery.image.Png;
import palimpsest.torch.diffusion.attack.Recognizer;
import palimpsest.torch.diffusion.train.PixelDrawing;

/**
 * A recognizer that keeps what was drawn under attack with one seed from one noise: the first
 * picture of each prompt, which is the subject's, as it is attacked before its reference.
 */
final class KeepingRecognizer implements Recognizer {
  private final Recognizer judge;
  private final long seed;
  private final long noise;
  private final Map<String, UnderAttack.Shown> kept = new LinkedHashMap<>();
  private String attack = "";

  KeepingRecognizer(Recognizer judge, long seed, long noise) {
    this.judge = judge;
    this.seed = seed;
    this.noise = noise;
  }

  /** What is drawn from now on is under this attack. */
  void begin(String id) {
    attack = id;
    kept.clear();
  }

  /** What was kept of the attack. */
  List<UnderAttack.Shown> kept() {
    return new ArrayList<>(kept.values());
  }

  @Override
  public double[] probabilities(Tensor pictures) {
    return judge.probabilities(pictures);
  }

  @Override
  public double[] underAttack(Drawn drawn, Tensor pictures) {
    double[] seen = judge.probabilities(pictures);
    int at = drawn.noises().indexOf(noise);
    if (drawn.seed() == seed && at >= 0) {
      byte[] rgb = PixelDrawing.bytes(pictures).get(at);
      Picture picture =
          new Picture(Math.toIntExact(pictures.size(3)), Math.toIntExact(pictures.size(2)), rgb);
      String png = Base64.getEncoder().encodeToString(Png.encode(picture));
      kept.putIfAbsent(
          drawn.prompt(),
          new UnderAttack.Shown(attack, drawn.prompt(), drawn.words(), seed, noise, png, seen[at]));
    }
    return seen;
  }
}
