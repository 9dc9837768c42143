package palimpsest.methods.diffusion.descent;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import palimpsest.testkit.FormulaWeights;
import palimpsest.torch.Weights;
import palimpsest.torch.diffusion.schedule.Betas;
import palimpsest.torch.diffusion.schedule.NoiseSchedule;
import palimpsest.torch.diffusion.schedule.Prediction;
import palimpsest.torch.diffusion.text.ClipTextConfig;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.train.TextToImage;
import palimpsest.torch.diffusion.unet.UNetConfig;

/** A text-to-image model of some ten thousand parameters that follow from their names. */
final class Tiny implements AutoCloseable {
  static final int SIDE = 8;
  static final NoiseSchedule SCHEDULE = new NoiseSchedule(Betas.ddpm(), Prediction.EPSILON);
  private static final UNetConfig UNET = UNetConfig.pixels(SIDE, List.of(16, 32), 8);

  final ClipTokenizer tokenizer =
      ClipTokenizer.train(List.of("a cat a dog a bird a fish in ink"), 520, 8);
  final TextToImage whole =
      TextToImage.draw(UNET, ClipTextConfig.small(tokenizer, 8, 1, 2), tokenizer, 1);
  final ImageModel model;

  Tiny() {
    begin();
    model = ImageModel.of(whole, tokenizer, SCHEDULE);
  }

  /** Makes the weights what they were at first. */
  void begin() {
    FormulaWeights.fill(whole.weights());
  }

  /** A cat to become a dog; birds and fish stay; 5 images of cats, 6 of others. */
  static Erasure erasure(long seed) {
    return new Erasure(
        List.of(new Erasure.Pair("a cat", "a dog")),
        List.of("a bird", "a fish", "a bird in ink"),
        images(5, "a cat", "a cat in ink"),
        images(6, "a bird", "a fish"),
        seed);
  }

  static List<Captioned> images(int count, String... captions) {
    Random random = new Random(count);
    List<Captioned> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] values = new float[3 * SIDE * SIDE];
      for (int at = 0; at < values.length; at++) {
        values[at] = random.nextFloat() * 2 - 1;
      }
      images.add(new Captioned(values, captions[i % captions.length]));
    }
    return images;
  }

  /** Every method, small: 2 steps of 2, few images, few timesteps. */
  static Stream<ImageDescent> methods() {
    return Stream.of(
            Esd.defaults(),
            Esd.unconditional(),
            with(Esd.defaults(), Map.of("region", 2.0)),
            with(Esd.defaults(), Map.of("region", 4.0)),
            ConceptAblation.defaults(),
            with(ConceptAblation.defaults(), Map.of("noiseBased", 1.0, "priorWeight", 1.0)),
            SalUn.defaults(),
            with(SalUn.defaults(), Map.of("region", 0.0, "salient", 0.3, "retainWeight", 0.0)),
            Spm.defaults(),
            EraseDiff.defaults(),
            with(EraseDiff.defaults(), Map.of("uniform", 0.0, "penalty", 0.1)),
            SelectiveAmnesia.defaults(),
            with(SelectiveAmnesia.defaults(), Map.of("noiseSurrogate", 1.0)),
            AdvUnlearn.defaults())
        .map(Tiny::small);
  }

  static ImageDescent with(ImageDescent method, Map<String, Double> changes) {
    return (ImageDescent) method.with(changes);
  }

  private static ImageDescent small(ImageDescent method) {
    Map<String, Double> wanted =
        new TreeMap<>(
            Map.of(
                "steps", 2.0,
                "batch", 2.0,
                "learningRate", 1e-3,
                "drawSteps", 2.0,
                "images", 2.0,
                "fisherImages", 2.0,
                "fisherTimesteps", 2.0,
                "warmup", 1.0,
                "attackFrom", 2.0,
                "attackSteps", 2.0));
    wanted.put("retainBatch", 2.0);
    wanted.keySet().retainAll(method.parameters().keySet());
    return with(method, wanted);
  }

  /** Digests of all parameters by name. */
  Map<String, String> digests() {
    Map<String, String> digests = new TreeMap<>();
    whole
        .weights()
        .tensors()
        .forEach(
            (name, tensor) -> {
              try (Weights one = Weights.of(Map.of(name, tensor))) {
                digests.put(name, one.digest());
              }
            });
    return digests;
  }

  @Override
  public void close() {
    whole.close();
    tokenizer.close();
  }
}
