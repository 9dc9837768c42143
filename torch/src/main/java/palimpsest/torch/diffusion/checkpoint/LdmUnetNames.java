package palimpsest.torch.diffusion.checkpoint;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The names of the original code's U-Net, behind {@code model.diffusion_model.}, as those of
 * diffusers.
 *
 * <pre>
 * input_blocks.0.0                conv_in
 * input_blocks.n.{0,1}            down_blocks.i.{resnets,attentions}.j,  n = (L + 1) i + j + 1
 * input_blocks.n.0.op             down_blocks.i.downsamplers.0.conv,     j = L
 * middle_block.{0,1,2}            mid_block.resnets.0, attentions.0, resnets.1
 * output_blocks.n.{0,1}           up_blocks.i.{resnets,attentions}.j,    n = (L + 1) i + j
 * output_blocks.n.{1,2}.conv      up_blocks.i.upsamplers.0.conv,         j = L
 * out.0, out.2                    conv_norm_out, conv_out
 * time_embed.k, label_emb.0.k     time_embedding, add_embedding: linear_1 for k = 0, linear_2 for 2
 * </pre>
 *
 * @param layers residual blocks of a level, L
 */
record LdmUnetNames(int layers) {
  static final String PREFIX = "model.diffusion_model.";

  private static final String ENDS = "(\\.(?:weight|bias))";
  private static final Pattern EMBEDDING =
      Pattern.compile("(time_embed|label_emb\\.0)\\.([02])" + ENDS);
  private static final Pattern BLOCK =
      Pattern.compile("(input|output)_blocks\\.(\\d{1,3})\\.([012])\\.(.+)");
  private static final Pattern MIDDLE = Pattern.compile("middle_block\\.([012])\\.(.+)");
  private static final Pattern RESIDUAL =
      Pattern.compile("(in_layers\\.[02]|emb_layers\\.1|out_layers\\.[03]|skip_connection)" + ENDS);
  private static final Pattern ATTENTION =
      Pattern.compile(
          "(norm|proj_in|proj_out)\\.(weight|bias)|transformer_blocks\\.\\d{1,3}\\."
              + "(norm[123]\\.(weight|bias)|attn[12]\\.to_[qkv]\\.weight"
              + "|attn[12]\\.to_out\\.0\\.(weight|bias)|ff\\.net\\.(0\\.proj|2)\\.(weight|bias))");
  private static final Pattern OPERATION =
      Pattern.compile(Pattern.quote(PREFIX) + "input_blocks\\.(\\d{1,3})\\.0\\.op\\.weight");
  private static final Pattern INPUT =
      Pattern.compile(Pattern.quote(PREFIX) + "input_blocks\\.(\\d{1,3})\\..+");

  private static final Map<String, String> RESIDUALS =
      Map.of(
          "in_layers.0", "norm1",
          "in_layers.2", "conv1",
          "emb_layers.1", "time_emb_proj",
          "out_layers.0", "norm2",
          "out_layers.3", "conv2",
          "skip_connection", "conv_shortcut");
  private static final Map<String, String> ENDPOINTS =
      Map.of("input_blocks.0.0", "conv_in", "out.0", "conv_norm_out", "out.2", "conv_out");

  /** Finds L: where the first block is that halves the size, or how many there are in all. */
  static LdmUnetNames of(Set<String> names) {
    return new LdmUnetNames(
        numbers(names, OPERATION)
                .min(Integer::compare)
                .orElse(numbers(names, INPUT).max(Integer::compare).orElse(1) + 1)
            - 1);
  }

  private static Stream<Integer> numbers(Set<String> names, Pattern pattern) {
    return names.stream()
        .map(pattern::matcher)
        .filter(Matcher::matches)
        .map(m -> Integer.valueOf(m.group(1)));
  }

  /** The name in diffusers; empty if the original code has no such name. */
  Optional<String> diffusers(String name) {
    Matcher block = BLOCK.matcher(name);
    Matcher middle = MIDDLE.matcher(name);
    Matcher embedding = EMBEDDING.matcher(name);
    int dot = name.lastIndexOf('.');
    String end = dot < 0 ? "" : name.substring(dot);
    String endpoint = ENDPOINTS.get(name.substring(0, Math.max(0, dot)));
    if (endpoint != null && (end.equals(".weight") || end.equals(".bias"))) {
      return Optional.of(endpoint + end);
    }
    if (embedding.matches()) {
      String which = embedding.group(1).equals("time_embed") ? "time" : "add";
      String linear = embedding.group(2).equals("0") ? "linear_1" : "linear_2";
      return Optional.of(which + "_embedding." + linear + embedding.group(3));
    }
    if (middle.matches()) {
      int n = Integer.parseInt(middle.group(1));
      return n == 1
          ? attention(middle.group(2)).map(rest -> "mid_block.attentions.0." + rest)
          : residual(middle.group(2)).map(rest -> "mid_block.resnets." + n / 2 + "." + rest);
    }
    return block.matches() ? inBlock(block) : Optional.empty();
  }

  private Optional<String> inBlock(Matcher block) {
    boolean down = block.group(1).equals("input");
    int n = Integer.parseInt(block.group(2)) - (down ? 1 : 0);
    if (n < 0) {
      return Optional.empty();
    }
    int j = n % (layers + 1);
    String level = (down ? "down_blocks." : "up_blocks.") + n / (layers + 1) + ".";
    int part = Integer.parseInt(block.group(3));
    String rest = block.group(4);
    if (down && part == 0 && rest.startsWith("op.")) {
      return sized(j, rest.substring(3)).map(end -> level + "downsamplers.0.conv." + end);
    }
    if (!down && part > 0 && rest.startsWith("conv.")) {
      return sized(j, rest.substring(5)).map(end -> level + "upsamplers.0.conv." + end);
    }
    if (part == 2 || (down && j == layers)) {
      return Optional.empty();
    }
    return part == 0
        ? residual(rest).map(r -> level + "resnets." + j + "." + r)
        : attention(rest).map(r -> level + "attentions." + j + "." + r);
  }

  /** What changes the size stands last of a level. */
  private Optional<String> sized(int j, String end) {
    boolean known = end.equals("weight") || end.equals("bias");
    return j == layers && known ? Optional.of(end) : Optional.empty();
  }

  private static Optional<String> residual(String rest) {
    Matcher matcher = RESIDUAL.matcher(rest);
    return matcher.matches()
        ? Optional.of(RESIDUALS.get(matcher.group(1)) + matcher.group(2))
        : Optional.empty();
  }

  private static Optional<String> attention(String rest) {
    return ATTENTION.matcher(rest).matches() ? Optional.of(rest) : Optional.empty();
  }
}
