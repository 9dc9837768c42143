package palimpsest.engine.picture;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import palimpsest.methods.diffusion.Steering;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.train.PixelDrawing;
import palimpsest.torch.diffusion.train.TextToImage;

/**
 * Prompts drawn by a model of pixels as its users meet it: under a suppression, if there is one. Of
 * a prompt that is refused there is a plain grey picture and the model is not asked.
 *
 * @param model stays the caller's
 * @param tokenizer of its captions
 * @param how sampler, steps, guidance and noise
 * @param suppression in force
 */
public record Painting(
    TextToImage model, ClipTokenizer tokenizer, PixelDrawing how, Suppression suppression) {
  private static final byte GREY = (byte) 128;
  private static final int CHANNELS = 3;

  public Painting {
    suppression.requireActs(how.guidance(), how.steps());
    suppression.requireReadable(tokenizer);
  }

  /**
   * A picture that is wanted.
   *
   * @param prompt in words
   * @param sample its number: the same one begins from the same noise, whatever the prompt
   */
  public record Asked(String prompt, long sample) {}

  /** Red, green and blue of each picture, in order; guidance leads away from the empty text. */
  public List<byte[]> draw(List<Asked> asked) {
    return draw(asked, "");
  }

  /**
   * Red, green and blue of each picture, in order.
   *
   * @param negative text that guidance leads away from, where nothing steers
   */
  List<byte[]> draw(List<Asked> asked, String negative) {
    List<Asked> let = asked.stream().filter(a -> isLet(a.prompt())).toList();
    List<byte[]> drawn =
        suppression
            .steering()
            .map(steering -> steered(let, steering))
            .orElseGet(() -> how.draw(model, wanted(let), tokenizer.encode(negative)));
    List<byte[]> all = new ArrayList<>();
    int next = 0;
    for (Asked each : asked) {
      all.add(isLet(each.prompt()) ? drawn.get(next++) : grey());
    }
    return all;
  }

  private boolean isLet(String prompt) {
    return suppression.refused(prompt).isEmpty();
  }

  private List<PixelDrawing.Wanted> wanted(List<Asked> asked) {
    return asked.stream()
        .map(a -> new PixelDrawing.Wanted(tokenizer.encode(a.prompt()), a.sample()))
        .toList();
  }

  private List<byte[]> steered(List<Asked> asked, Steering steering) {
    List<PixelDrawing.Asked> texts =
        asked.stream()
            .map(a -> new PixelDrawing.Asked(texts(a.prompt(), steering), a.sample()))
            .toList();
    return how.draw(model, texts, steering.guidance(how.guidance()));
  }

  private List<int[]> texts(String prompt, Steering steering) {
    return steering.texts(prompt, suppression.concepts()).stream().map(tokenizer::encode).toList();
  }

  private byte[] grey() {
    int side = model.side();
    byte[] rgb = new byte[side * side * CHANNELS];
    Arrays.fill(rgb, GREY);
    return rgb;
  }
}
