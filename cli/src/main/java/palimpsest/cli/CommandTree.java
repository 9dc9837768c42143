package palimpsest.cli;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import palimpsest.api.Suggest;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** All commands, and how one is run. */
@Command(
    name = "palimpsest",
    description = {
      "Takes a request to make a language model forget, does what can be done, tries to read the"
          + " old text in the result, and states what was shown and what was not.",
      "",
      "A request goes through find, plan, apply, evaluate, attack and certify;"
          + " forget does all of them. quickstart shows it on a small invented world."
    },
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = VersionLines.class,
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Exit codes: 0 done, 2 bad request, 3 unsupported model, 4 corrupt file,",
      "5 diverged, 6 interrupted, 7 not confirmed, 8 not drawn, 70 a bug.",
      "See docs/exit-codes.md.",
      "",
      "Example: palimpsest quickstart"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class CommandTree implements Runnable {
  private static final Pattern CHOICES = Pattern.compile("\\[([A-Z_, ]+)] \\(case-insensitive\\)");

  private final Screen screen;

  @Mixin Common common;

  @CommandLine.Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the version.")
  boolean version;

  private CommandTree(Screen screen) {
    this.screen = screen;
  }

  @Override
  public void run() {
    line(screen).usage(screen.out(), ansi(screen));
  }

  /** Runs one command; never throws. */
  static int run(Screen screen, String... args) {
    try {
      return line(screen).execute(args);
    } catch (Throwable thrown) { // errors of the virtual machine; exceptions are handled below
      return screen.fail(Failure.of(thrown), thrown);
    }
  }

  /** The tree of commands. */
  static CommandLine line(Screen screen) {
    CommandLine line = new CommandLine(new CommandTree(screen));
    List<Object> commands =
        List.of(
            new QuickstartCommand(screen),
            new TrainCommand(screen),
            new FindCommand(screen),
            new PlanCommand(screen),
            new ApplyCommand(screen),
            new RevertCommand(screen),
            new EvaluateCommand(screen),
            new AttackCommand(screen),
            new CertifyCommand(screen),
            new VerifyCommand(screen),
            new ForgetCommand(screen),
            new DestroyCommand(screen),
            new GenerateCommand(screen),
            new ScoreCommand(screen),
            new MethodsCommand(screen),
            new MetricsCommand(screen),
            new AttacksCommand(screen),
            new DoctorCommand(screen),
            new CompletionCommand(screen));
    commands.forEach(line::addSubcommand);
    CommandLine bench = new CommandLine(new BenchCommand());
    bench
        .addSubcommand(new BenchTofuCommand(screen))
        .addSubcommand(new BenchMuseCommand(screen))
        .addSubcommand(new BenchWmdpCommand(screen))
        .addSubcommand(new BenchLumeCommand(screen))
        .addSubcommand(new BenchMetricsCommand(screen))
        .addSubcommand(new BenchExactCommand(screen))
        .addSubcommand(new BenchGridCommand(screen))
        .addSubcommand(new BenchSpeedCommand(screen))
        .addSubcommand(new BenchPicturesCommand(screen))
        .addSubcommand(new BenchMemoryCommand(screen));
    line.addSubcommand(bench);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExpandAtFiles(false);
    line.registerConverter(Path.class, CommandTree::path);
    line.setUsageHelpWidth(80);
    line.setColorScheme(CommandLine.Help.defaultColorScheme(ansi(screen)));
    line.setOut(writer(screen.out()));
    line.setErr(writer(screen.err()));
    line.setParameterExceptionHandler((e, args) -> screen.fail(usage(e), e));
    line.setExecutionExceptionHandler((e, command, result) -> screen.fail(Failure.of(e), e));
    return line;
  }

  /** The empty path would be the current folder. */
  private static Path path(String given) {
    if (given.isBlank()) {
      throw new CommandLine.TypeConversionException("is empty, wanted a file or folder");
    }
    return Path.of(given);
  }

  private static CommandLine.Help.Ansi ansi(Screen screen) {
    return screen.colour() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF;
  }

  private static PrintWriter writer(java.io.PrintStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  /** A command line that cannot be read, with the nearest thing that can. */
  private static Failure usage(ParameterException e) {
    CommandLine command = e.getCommandLine();
    String help = "; see " + command.getCommandSpec().qualifiedName() + " --help";
    List<String> unmatched =
        e instanceof UnmatchedArgumentException u
            ? u.getUnmatched()
            : command.getUnmatchedArguments();
    if (unmatched.isEmpty()) {
      return new Failure(Failure.BAD_REQUEST, words(e) + help);
    }
    String given = unmatched.get(0);
    if (given.startsWith("-")) {
      String name = given.contains("=") ? given.substring(0, given.indexOf('=')) : given;
      TreeSet<String> known = new TreeSet<>(command.getCommandSpec().optionsMap().keySet());
      known.removeIf(n -> !n.startsWith("--"));
      return new Failure(
          Failure.BAD_REQUEST, "unknown option " + name + near(Suggest.nearest(name, known), help));
    }
    TreeSet<String> known = new TreeSet<>(command.getSubcommands().keySet());
    if (!known.isEmpty()) {
      return new Failure(
          Failure.BAD_REQUEST,
          "unknown command \"" + given + "\"" + near(Suggest.nearest(given, known), help));
    }
    return new Failure(Failure.BAD_REQUEST, "unexpected argument \"" + given + "\"" + help);
  }

  /** The parser's message as part of a sentence, values spelled as the help spells them. */
  private static String words(ParameterException e) {
    String message =
        CHOICES
            .matcher(String.valueOf(e.getMessage()))
            .replaceFirst(found -> found.group(1).toLowerCase(Locale.ROOT));
    return Character.toLowerCase(message.charAt(0)) + message.substring(1);
  }

  private static String near(String suggestion, String help) {
    return suggestion.startsWith("; did you mean") ? suggestion : help;
  }
}
