package palimpsest.torch.diffusion.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import palimpsest.torch.diffusion.checkpoint.LdmNames.Form;

/**
 * The names of the text encoders in the original code as those of transformers.
 *
 * <p>CLIP of OpenAI has the same names. OpenCLIP has others, keeps the three projections of an
 * attention in one tensor, queries first, and has the last projection turned over:
 *
 * <pre>
 * token_embedding.weight, positional_embedding   embeddings.{token,position}_embedding.weight
 * transformer.resblocks.n.{ln_1,ln_2}            encoder.layers.n.{layer_norm1,layer_norm2}
 * transformer.resblocks.n.mlp.{c_fc,c_proj}      encoder.layers.n.mlp.{fc1,fc2}
 * transformer.resblocks.n.attn.in_proj_weight    encoder.layers.n.self_attn.{q,k,v}_proj.weight
 * transformer.resblocks.n.attn.out_proj          encoder.layers.n.self_attn.out_proj
 * ln_final                                       final_layer_norm
 * text_projection                                text_projection.weight, transposed
 * </pre>
 */
final class LdmTextNames {
  private static final String MODEL = "text_model.";
  private static final Pattern CLIP =
      Pattern.compile(
          "text_model\\.(embeddings\\.(token|position)_embedding\\.weight"
              + "|final_layer_norm\\.(weight|bias)"
              + "|encoder\\.layers\\.\\d{1,3}\\.(layer_norm[12]|self_attn\\.(q|k|v|out)_proj"
              + "|mlp\\.fc[12])\\.(weight|bias))");
  private static final Pattern LAYER =
      Pattern.compile("transformer\\.resblocks\\.(\\d{1,3})\\.(.+)");
  private static final Pattern FUSED = Pattern.compile("attn\\.in_proj_(weight|bias)");
  private static final Pattern PLAIN =
      Pattern.compile("(ln_1|ln_2|mlp\\.c_fc|mlp\\.c_proj|attn\\.out_proj)\\.(weight|bias)");

  private static final Map<String, String> ENDPOINTS =
      Map.of(
          "token_embedding.weight", "embeddings.token_embedding.weight",
          "positional_embedding", "embeddings.position_embedding.weight",
          "ln_final.weight", "final_layer_norm.weight",
          "ln_final.bias", "final_layer_norm.bias");
  private static final Map<String, String> PARTS =
      Map.of(
          "ln_1", "layer_norm1",
          "ln_2", "layer_norm2",
          "mlp.c_fc", "mlp.fc1",
          "mlp.c_proj", "mlp.fc2",
          "attn.out_proj", "self_attn.out_proj");

  private LdmTextNames() {}

  /** A tensor of transformers that is in a tensor of the original. */
  record Part(String name, Form form) {}

  /** CLIP of OpenAI. */
  static Optional<List<Part>> clip(String name) {
    return CLIP.matcher(name).matches()
        ? Optional.of(List.of(new Part(name, Form.WHOLE)))
        : Optional.empty();
  }

  /** OpenCLIP. */
  static Optional<List<Part>> openClip(String name) {
    String endpoint = ENDPOINTS.get(name);
    if (endpoint != null) {
      return Optional.of(List.of(new Part(MODEL + endpoint, Form.WHOLE)));
    }
    if (name.equals("text_projection")) {
      return Optional.of(List.of(new Part("text_projection.weight", Form.COLUMNS)));
    }
    Matcher layer = LAYER.matcher(name);
    return layer.matches() ? inLayer(layer) : Optional.empty();
  }

  private static Optional<List<Part>> inLayer(Matcher layer) {
    String prefix = MODEL + "encoder.layers." + layer.group(1) + ".";
    Matcher fused = FUSED.matcher(layer.group(2));
    if (fused.matches()) {
      List<Part> parts = new ArrayList<>();
      for (Form form : List.of(Form.QUERY, Form.KEY, Form.VALUE)) {
        String letter = form.name().substring(0, 1).toLowerCase(Locale.ROOT);
        String name = "self_attn." + letter + "_proj." + fused.group(1);
        parts.add(new Part(prefix + name, form));
      }
      return Optional.of(parts);
    }
    Matcher plain = PLAIN.matcher(layer.group(2));
    if (!plain.matches()) {
      return Optional.empty();
    }
    String name = prefix + PARTS.get(plain.group(1)) + "." + plain.group(2);
    return Optional.of(List.of(new Part(name, Form.WHOLE)));
  }
}
