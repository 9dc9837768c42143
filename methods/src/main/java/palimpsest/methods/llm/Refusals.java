package palimpsest.methods.llm;

import java.util.List;

/** x. */
public final class Refusals {
  private Refusals() {}

  /** y. */
  public static List<String> lines() {
    return List.of();
  }
}
