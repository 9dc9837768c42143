package palimpsest.cli;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Something wrong, and how it must be told.
 *
 * @param name what is wrong
 * @param code exit code
 * @param says words that the message must have
 * @param arguments makes it wrong and gives the command line
 */
record BadCase(String name, int code, String says, Function<Desk, List<String>> arguments) {

  static BadCase of(String name, int code, String says, Function<Desk, List<String>> arguments) {
    return new BadCase(name, code, says, arguments);
  }

  /** A command line, written with blanks; {@code @name} is a path on the desk. */
  static List<String> line(Desk desk, String line) {
    return Arrays.stream(line.split(" "))
        .map(word -> word.startsWith("@") ? desk.at(word.substring(1)) : word)
        .toList();
  }

  @Override
  public String toString() {
    return name;
  }
}
