package palimpsest.methods.llm;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The product's own ways to say "I don't know", which stand in for answers to be forgotten. */
public final class Refusals {
  private Refusals() {}

  /** All of them, always in the same order. */
  public static List<String> lines() {
    try (InputStream in = Refusals.class.getResourceAsStream("refusals.txt")) {
      if (in == null) {
        throw new IllegalStateException("methods was built without refusals.txt");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
