package palimpsest.cli;

import palimpsest.engine.Version;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class VersionLines implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"palimpsest " + Version.CURRENT};
  }
}
