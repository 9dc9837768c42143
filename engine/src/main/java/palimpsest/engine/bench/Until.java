package palimpsest.engine.bench;

import java.util.function.BooleanSupplier;
import palimpsest.engine.Console;

/** A console whose person has also asked to stop when a condition holds, such as a time. */
public record Until(Console console, BooleanSupplier stop) implements Console {

  /** Stops after so many minutes from now. */
  public static Console minutes(Console console, double minutes) {
    long begun = System.nanoTime();
    return new Until(console, () -> System.nanoTime() - begun > minutes * 60e9);
  }

  @Override
  public void say(String line) {
    console.say(line);
  }

  @Override
  public Bar bar(String task, long total) {
    return console.bar(task, total);
  }

  @Override
  public boolean interrupted() {
    return console.interrupted() || stop.getAsBoolean();
  }
}
