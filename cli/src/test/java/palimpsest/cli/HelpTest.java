package palimpsest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What a person who knows nothing yet is told. */
class HelpTest {
  static Stream<List<String>> commands() {
    CommandLine line = CommandTree.line(Screens.silent());
    Stream<List<String>> all = line.getSubcommands().keySet().stream().map(List::of);
    Stream<List<String>> benchmarks =
        line.getSubcommands().get("bench").getSubcommands().keySet().stream()
            .map(name -> List.of("bench", name));
    return Stream.of(Stream.of(List.<String>of()), all, benchmarks).flatMap(s -> s);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void help_ofEveryCommand_hasAnExampleAndFits80Columns(List<String> command) {
    Invocation run = Invocation.of(Stream.concat(command.stream(), Stream.of("--help")).toList());

    assertThat(run.code()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("Usage: palimpsest", "Example", "--help", "--quiet");
    assertThat(run.out()).doesNotContain("\u001B");
    assertThat(run.out().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void examples_ofAllCommands_nameOptionsThatExist() {
    CommandLine line = CommandTree.line(Screens.silent());
    line.getSubcommands()
        .forEach(
            (name, command) -> {
              String footer = String.join(" ", command.getCommandSpec().usageMessage().footer());
              assertThat(footer).as(name).contains("palimpsest " + name);
              Stream.of(footer.split("\\s+"))
                  .filter(word -> word.startsWith("--"))
                  .forEach(
                      option ->
                          assertThat(command.getCommandSpec().optionsMap()).containsKey(option));
            });
  }

  /** A bare per cent sign makes picocli warn, on the process's own stream, and print its codes. */
  @ParameterizedTest
  @MethodSource("commands")
  void texts_ofEveryCommand_escapePerCentSigns(List<String> command) {
    CommandLine line = CommandTree.line(Screens.silent());
    for (String name : command) {
      line = line.getSubcommands().get(name);
    }
    CommandLine.Model.CommandSpec spec = line.getCommandSpec();
    Stream<String> options = spec.options().stream().flatMap(o -> Stream.of(o.description()));
    Stream<String> texts =
        Stream.of(spec.usageMessage().description(), spec.usageMessage().footer())
            .flatMap(Stream::of);
    assertThat(Stream.concat(texts, options))
        .allMatch(text -> !text.replaceAll("%[n%]", "").contains("%"));
  }

  @Test
  void version_isOneLine() {
    Invocation run = Invocation.of("--version");

    assertThat(run.code()).isZero();
    assertThat(run.out()).matches("palimpsest \\S+\\R");
  }

  @Test
  void nothing_isHelp() {
    assertThat(Invocation.of().out()).isEqualTo(Invocation.of("--help").out());
  }

  @Test
  void completion_knowsCommandsAndOptions() {
    Invocation run = Invocation.of("completion");

    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("forget", "quickstart", "--micro-batch", "#!/");
  }
}
