package palimpsest.engine.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.engine.Console;
import palimpsest.engine.Outputs;
import palimpsest.torch.checkpoint.AtomicFile;

/**
 * A folder of results that is there whole or not at all: it is filled under a hidden name beside
 * the place where it is to be. What is closed before it is finished leaves nothing.
 */
final class NewResult implements AutoCloseable {
  private final Path target;
  private final Path filling;
  private final Console console;

  private NewResult(Path target, Path filling, Console console) {
    this.target = target;
    this.filling = filling;
    this.console = console;
  }

  /**
   * Begins one.
   *
   * @throws InvalidRequest if something is there, be it an empty folder
   */
  static NewResult at(Path out, Console console) {
    Path target = out.toAbsolutePath().normalize();
    Path parent = target.getParent();
    if (parent == null || Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new InvalidRequest(out + " is there already: give another --out");
    }
    Outputs.folder(parent);
    Path filling = AtomicFile.sibling(target);
    Outputs.folder(filling);
    return new NewResult(target, filling, console);
  }

  /** A place in it. */
  Path resolve(String name) {
    return filling.resolve(name);
  }

  /** Ends the work where a person asked for it. */
  void checkpoint() {
    if (console.interrupted()) {
      throw new Interrupted(
          "interrupted: nothing was left in " + target + "; run the same command again");
    }
  }

  /** Gives it its name. */
  void finish() {
    try {
      AtomicFile.sync(filling);
      Files.move(filling, target, StandardCopyOption.ATOMIC_MOVE);
      Path parent = target.getParent();
      if (parent != null) {
        AtomicFile.sync(parent);
      }
    } catch (IOException e) {
      throw new InvalidRequest(target + " cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    Outputs.delete(filling);
  }
}
