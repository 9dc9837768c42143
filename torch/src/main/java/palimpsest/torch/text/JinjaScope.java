package palimpsest.torch.text;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import palimpsest.api.UnsupportedModel;

/**
 * Names in force at a place of the template, and what the rendering has spent so far: every
 * evaluation and every character made counts against one budget, so that no template can hang or
 * fill the heap.
 */
final class JinjaScope {
  private static final long BUDGET = 4_000_000;

  private final Map<String, Object> names = new HashMap<>();
  private final @Nullable JinjaScope outer;
  private final long[] spent;

  JinjaScope() {
    this(null, new long[1]);
  }

  private JinjaScope(@Nullable JinjaScope outer, long[] spent) {
    this.outer = outer;
    this.spent = spent;
  }

  JinjaScope inner() {
    return new JinjaScope(this, spent);
  }

  Object get(String name) {
    for (JinjaScope scope = this; scope != null; scope = scope.outer) {
      Object value = scope.names.get(name);
      if (value != null) {
        return value;
      }
    }
    return JinjaValue.UNDEFINED;
  }

  void set(String name, Object value) {
    names.put(name, value);
  }

  /** Counts work before it is done. */
  void spend(long work) {
    spent[0] += work;
    if (spent[0] > BUDGET) {
      throw new UnsupportedModel("chat template: takes too much work or makes too much text");
    }
  }
}
