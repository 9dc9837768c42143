package palimpsest.torch.diffusion.vae;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names that diffusers gave to the attention of autoencoders before version 0.17. */
public final class LegacyNames {
  private static final Pattern OLD =
      Pattern.compile("(.*\\.attentions\\.\\d+\\.)(query|key|value|proj_attn)\\.(weight|bias)");
  private static final Map<String, String> NEW =
      Map.of("query", "to_q", "key", "to_k", "value", "to_v", "proj_attn", "to_out.0");

  private LegacyNames() {}

  /**
   * Today's name of a stored parameter: {@code encoder.mid_block.attentions.0.query.weight} is
   * {@code encoder.mid_block.attentions.0.to_q.weight}. All others stay as they are.
   */
  public static String current(String stored) {
    Matcher old = OLD.matcher(stored);
    return old.matches() ? old.group(1) + NEW.get(old.group(2)) + "." + old.group(3) : stored;
  }
}
