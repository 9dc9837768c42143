package palimpsest.engine;

/** The version of this software. */
public final class Version {
  public static final String CURRENT = "0.1.0-SNAPSHOT";

  private Version() {}
}
