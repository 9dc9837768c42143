package palimpsest.torch.diffusion.checkpoint;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names that some versions of diffusers and transformers give, as the common ones. */
final class OldNames {
  private static final Pattern ATTENTION =
      Pattern.compile(
          "((?:encoder|decoder)\\.mid_block\\.attentions\\.\\d+\\.)"
              + "(query|key|value|proj_attn|to_q|to_k|to_v|to_out\\.0)\\.(weight|bias)");
  private static final Map<String, String> NEW =
      Map.of("query", "to_q", "key", "to_k", "value", "to_v", "proj_attn", "to_out.0");

  private OldNames() {}

  /**
   * The name of today.
   *
   * @param matrix whether it is a matrix that may be stored as a 1 x 1 convolution
   */
  record Renamed(String name, boolean matrix) {}

  /**
   * The name of today of a component's tensor.
   *
   * @param bare whether the component has no name that begins with {@code text_model.}
   */
  static Renamed of(String component, String tensor, boolean bare) {
    if (component.equals("vae")) {
      Matcher attention = ATTENTION.matcher(tensor);
      if (attention.matches()) {
        String last = attention.group(2);
        String now = attention.group(1) + NEW.getOrDefault(last, last) + "." + attention.group(3);
        return new Renamed(now, true);
      }
    }
    boolean prefixed = component.startsWith("text_encoder") && bare;
    return new Renamed(
        prefixed && !tensor.startsWith("text_projection.") ? "text_model." + tensor : tensor,
        false);
  }
}
