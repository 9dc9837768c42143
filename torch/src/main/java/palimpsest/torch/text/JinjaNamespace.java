package palimpsest.torch.text;

import java.util.LinkedHashMap;
import java.util.Map;

/** The one mapping that a template may change. */
final class JinjaNamespace extends LinkedHashMap<String, Object> {
  private static final long serialVersionUID = 1;

  JinjaNamespace(Map<String, Object> parts) {
    super(parts);
  }
}
