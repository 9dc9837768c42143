package palimpsest.engine;

/** Where the engine tells a person what it does; the command line has one, tests a silent one. */
public interface Console {

  /** A console that says nothing and is never interrupted. */
  Console SILENT =
      new Console() {
        @Override
        public void say(String line) {}

        @Override
        public Bar bar(String task, long total) {
          return (done, note) -> {};
        }

        @Override
        public boolean interrupted() {
          return false;
        }
      };

  /** One line, shown at once. */
  void say(String line);

  /** Begins a task of known length. */
  Bar bar(String task, long total);

  /** Whether the person asked to stop. */
  boolean interrupted();

  /** A task under way. */
  @FunctionalInterface
  interface Bar extends AutoCloseable {

    /**
     * Tells how far it is.
     *
     * @param done out of the task's total
     * @param note a few words such as the loss, may be empty
     */
    void at(long done, String note);

    @Override
    default void close() {}
  }
}
