package palimpsest.cli;

import java.util.Set;
import java.util.TreeSet;
import palimpsest.api.InvalidRequest;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The options of a command that works on texts or on pictures: some are of one kind alone.
 *
 * @param command whose arguments have been read
 */
record Parted(CommandSpec command) {

  /** Names of the options of a mixin, by the field that holds it. */
  Set<String> ofMixin(String field) {
    CommandSpec mixin = command.mixins().get(field);
    if (mixin == null) {
      throw new IllegalArgumentException("no mixin is in a field " + field);
    }
    return mixin.optionsMap().keySet();
  }

  /**
   * Refuses options that were given and are of the other kind.
   *
   * @param others their names
   * @param why what follows their names in the message
   */
  void refuse(Set<String> others, String why) {
    TreeSet<String> given = new TreeSet<>();
    for (OptionSpec option : command.commandLine().getParseResult().matchedOptionsSet()) {
      if (others.contains(option.longestName())) {
        given.add(option.longestName());
      }
    }
    if (!given.isEmpty()) {
      throw new InvalidRequest(String.join(", ", given) + " " + why);
    }
  }
}
