package palimpsest.methods.diffusion.descent;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import palimpsest.torch.diffusion.Conditioning;
import palimpsest.torch.diffusion.text.ClipText;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.train.Pictures;

/**
 * Texts by a CLIP encoder's last states, as Stable Diffusion 1.x and 2.x and the small models of
 * pixels read them.
 *
 * @param encoder stays the caller's
 * @param tokenizer stays the caller's
 */
public record ClipTexts(ClipText encoder, ClipTokenizer tokenizer) implements Texts {

  @Override
  public Conditioning read(List<String> texts) {
    return Conditioning.of(encoder.encode(ids(texts)).last());
  }

  /** Token ids, padded to the tokenizer's length, (B, T). */
  Tensor ids(List<String> texts) {
    return Pictures.ids(texts.stream().map(tokenizer::encode).toList());
  }
}
