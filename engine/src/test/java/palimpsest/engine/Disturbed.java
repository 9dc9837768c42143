package palimpsest.engine;

/** A console on which a person asks to stop, or the process dies, at some moment. */
final class Disturbed implements Console {
  private final int stopAt;
  private final int dieAt;
  private int asked;
  private int told;

  /**
   * Counted from 0; -1 for never.
   *
   * @param stopAt when asked whether to stop for that time, the person says yes
   * @param dieAt when told of progress for that time, the process dies without a checkpoint
   */
  Disturbed(int stopAt, int dieAt) {
    this.stopAt = stopAt;
    this.dieAt = dieAt;
  }

  /** How often it was asked whether to stop. */
  int asked() {
    return asked;
  }

  /** How often it was told of progress. */
  int told() {
    return told;
  }

  @Override
  public void say(String line) {}

  @Override
  public Bar bar(String task, long total) {
    return (done, note) -> {
      if (told++ == dieAt) {
        throw new IllegalStateException("killed");
      }
    };
  }

  @Override
  public boolean interrupted() {
    return asked++ == stopAt;
  }
}
