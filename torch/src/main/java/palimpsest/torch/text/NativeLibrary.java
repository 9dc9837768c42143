package palimpsest.torch.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Settings of the library that runs tokenizers, made before its first use. */
public final class NativeLibrary {
  private static final String CACHE = "ENGINE_CACHE_DIR";
  private static boolean prepared;

  private NativeLibrary() {}

  /**
   * No network, the CPU build, and a folder that can be written for the native library: the one
   * that the user chose, else the library's default in the home folder, else a temporary one.
   */
  public static synchronized void prepare() {
    if (prepared) {
      return;
    }
    System.setProperty("ai.djl.offline", "true");
    if (System.getProperty("RUST_FLAVOR") == null) {
      System.setProperty("RUST_FLAVOR", "cpu");
    }
    if (!chosen(CACHE) && !chosen("DJL_CACHE_DIR") && !homeIsWritable()) {
      System.setProperty(CACHE, temporary().toString());
    }
    prepared = true;
  }

  private static boolean chosen(String name) {
    return System.getenv(name) != null || System.getProperty(name) != null;
  }

  private static boolean homeIsWritable() {
    return Files.isWritable(Path.of(System.getProperty("user.home", "")));
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("palimpsest-tokenizers");
    } catch (IOException e) {
      throw new UncheckedIOException("no folder for the tokenizer library", e);
    }
  }
}
