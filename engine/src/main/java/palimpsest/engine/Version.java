package palimpsest.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this software. */
public final class Version {
  public static final String CURRENT = "0.1.0-SNAPSHOT";

  /** The version, and the commit it was built from where that is known. */
  public static final String BUILD = (CURRENT + " " + commit()).strip();

  private Version() {}

  /** Such as {@code 2933cd9}, {@code 2933cd9+} with changes; empty outside of a repository. */
  private static String commit() {
    try (InputStream in = Version.class.getResourceAsStream("git.properties")) {
      if (in == null) {
        return "";
      }
      Properties git = new Properties();
      git.load(in);
      String commit = git.getProperty("git.commit.id.abbrev", "");
      return commit + (git.getProperty("git.dirty", "").equals("true") ? "+" : "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
