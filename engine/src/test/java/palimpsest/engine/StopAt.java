package palimpsest.engine;

/** A console that stops work, or kills it as far as a test can, when asked for the n-th time. */
final class StopAt implements Console {
  /** What a process that is killed does not come to catch. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  private final boolean kills;
  private int left;

  private StopAt(int left, boolean kills) {
    this.left = left;
    this.kills = kills;
  }

  /** Asks to stop after so many steps. */
  static StopAt asking(int after) {
    return new StopAt(after, false);
  }

  /** Throws {@link Killed} after so many steps. */
  static StopAt killing(int after) {
    return new StopAt(after, true);
  }

  @Override
  public void say(String line) {}

  @Override
  public Bar bar(String task, long total) {
    return (done, note) -> {};
  }

  @Override
  public boolean interrupted() {
    boolean now = left-- == 0;
    if (now && kills) {
      throw new Killed();
    }
    return now;
  }
}
