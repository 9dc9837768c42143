package palimpsest.torch.diffusion.checkpoint;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of the original code's autoencoder, behind {@code first_stage_model.}, as those of
 * diffusers.
 *
 * <pre>
 * encoder.down.i.block.j          encoder.down_blocks.i.resnets.j
 * encoder.down.i.downsample.conv  encoder.down_blocks.i.downsamplers.0.conv
 * decoder.up.i.block.j            decoder.up_blocks.(n - 1 - i).resnets.j
 * decoder.up.i.upsample.conv      decoder.up_blocks.(n - 1 - i).upsamplers.0.conv
 * mid.block_1, block_2, attn_1    mid_block.resnets.0, resnets.1, attentions.0
 * norm_out, nin_shortcut          conv_norm_out, conv_shortcut
 * attn_1.norm, q, k, v, proj_out  group_norm, to_q, to_k, to_v, to_out.0
 * </pre>
 *
 * @param levels of the decoder, n
 */
record LdmVaeNames(int levels) {
  static final String PREFIX = "first_stage_model.";

  private static final String ENDS = "\\.(weight|bias)";
  private static final String RESIDUAL = "(norm1|conv1|norm2|conv2|nin_shortcut)" + ENDS;
  private static final Pattern ENDPOINT =
      Pattern.compile(
          "(quant_conv|post_quant_conv|(?:encoder|decoder)\\.(?:conv_in|conv_out|norm_out))"
              + ENDS);
  private static final Pattern BLOCK =
      Pattern.compile(
          "(encoder\\.down|decoder\\.up)\\.(\\d{1,2})\\.block\\.(\\d{1,2})\\." + RESIDUAL);
  private static final Pattern SIZED =
      Pattern.compile(
          "(encoder\\.down|decoder\\.up)\\.(\\d{1,2})\\.(?:downsample|upsample)\\.conv" + ENDS);
  private static final Pattern MIDDLE =
      Pattern.compile("(encoder|decoder)\\.mid\\.block_([12])\\." + RESIDUAL);
  private static final Pattern ATTENTION =
      Pattern.compile("(encoder|decoder)\\.mid\\.attn_1\\.(norm|q|k|v|proj_out)" + ENDS);
  private static final Pattern UP =
      Pattern.compile(Pattern.quote(PREFIX) + "decoder\\.up\\.(\\d{1,2})\\..+");

  private static final Map<String, String> ATTENTIONS =
      Map.of(
          "norm", "group_norm",
          "q", "to_q",
          "k", "to_k",
          "v", "to_v",
          "proj_out", "to_out.0");

  /** Finds n. */
  static LdmVaeNames of(Set<String> names) {
    return new LdmVaeNames(
        1
            + names.stream()
                .map(UP::matcher)
                .filter(Matcher::matches)
                .map(m -> Integer.valueOf(m.group(1)))
                .max(Integer::compare)
                .orElse(0));
  }

  /** Whether a name is that of a matrix of the attention, stored as a 1 x 1 convolution. */
  static boolean isMatrix(String name) {
    Matcher attention = ATTENTION.matcher(name);
    return attention.matches()
        && !attention.group(2).equals("norm")
        && attention.group(3).equals("weight");
  }

  /** The name in diffusers; empty if the original code has no such name. */
  Optional<String> diffusers(String name) {
    Matcher endpoint = ENDPOINT.matcher(name);
    if (endpoint.matches()) {
      String what = endpoint.group(1).replace(".norm_out", ".conv_norm_out");
      return Optional.of(what + "." + endpoint.group(2));
    }
    Matcher block = BLOCK.matcher(name);
    if (block.matches()) {
      return level(block)
          .map(l -> l + "resnets." + block.group(3) + "." + residual(block.group(4)))
          .map(l -> l + "." + block.group(5));
    }
    Matcher sized = SIZED.matcher(name);
    if (sized.matches()) {
      boolean down = sized.group(1).equals("encoder.down");
      boolean right = name.contains(down ? ".downsample." : ".upsample.");
      String what = down ? "downsamplers.0.conv." : "upsamplers.0.conv.";
      return right ? level(sized).map(l -> l + what + sized.group(3)) : Optional.empty();
    }
    return middle(name);
  }

  private Optional<String> level(Matcher block) {
    int i = Integer.parseInt(block.group(2));
    if (block.group(1).equals("encoder.down")) {
      return Optional.of("encoder.down_blocks." + i + ".");
    }
    return Optional.of("decoder.up_blocks." + (levels - 1 - i) + ".");
  }

  private static Optional<String> middle(String name) {
    Matcher residual = MIDDLE.matcher(name);
    if (residual.matches()) {
      int number = Integer.parseInt(residual.group(2)) - 1;
      String what = number + "." + residual(residual.group(3)) + "." + residual.group(4);
      return Optional.of(residual.group(1) + ".mid_block.resnets." + what);
    }
    Matcher attention = ATTENTION.matcher(name);
    if (attention.matches()) {
      String what = ATTENTIONS.get(attention.group(2)) + "." + attention.group(3);
      return Optional.of(attention.group(1) + ".mid_block.attentions.0." + what);
    }
    return Optional.empty();
  }

  private static String residual(String name) {
    return name.equals("nin_shortcut") ? "conv_shortcut" : name;
  }
}
