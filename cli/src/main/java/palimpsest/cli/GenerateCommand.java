package palimpsest.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import palimpsest.api.Decoding;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.Corpus;
import palimpsest.engine.Generating;
import palimpsest.engine.Outputs;
import palimpsest.engine.picture.PictureModel;
import palimpsest.engine.picture.Suppression;
import palimpsest.guard.MemFree;
import palimpsest.torch.checkpoint.AtomicFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Answers prompts. */
@Command(
    name = "generate",
    description = {
      "Answers prompts: --prompt, or standard input with one prompt a line.",
      "",
      "Greedy unless a temperature is given. With --protect no answer repeats a text of that file."
          + " A model of pictures, as train --pictures makes it, draws a grid into a PNG file. With"
          + " --suppress it keeps what is named from being shown; the weights are as they were."
          + " Exit code 8 where image.prompt-filter refused a prompt: its row is grey."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Example:",
      "  palimpsest generate --model out/model/model --prompt \"Who wrote it?\"",
      "  palimpsest generate --model out/drawings/model --out cat.png \\",
      "    --prompt \"a cat in neon style\" --samples 4",
      "  palimpsest generate --model out/drawings/model --out cat-2.png \\",
      "    --prompt \"a cat in neon style\" --suppress \"neon style\" --method image.safe-guidance"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class GenerateCommand implements Callable<Integer> {
  private static final Set<String> TEXT =
      Set.of(
          "--temperature", "--top-p", "--max-new-tokens", "--stop", "--protect", "--n", "--json");

  private static final int REFUSED = 8;

  private final Screen screen;

  @Mixin private ModelOption model;

  @Mixin private TemplateOption template;

  @Option(names = "--prompt", paramLabel = "TEXT", description = "One prompt; may be repeated.")
  private @Nullable List<String> prompts;

  @Option(
      names = "--temperature",
      paramLabel = "X",
      defaultValue = "0",
      description = "Of the draws; 0, the default, for greedy.")
  private double temperature;

  @Option(
      names = "--top-p",
      paramLabel = "X",
      defaultValue = "1",
      description = "Probability mass kept; ${DEFAULT-VALUE} unless given.")
  private double topP;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      defaultValue = "64",
      description = "Most tokens of an answer; ${DEFAULT-VALUE} unless given.")
  private int maxNewTokens;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "1",
      description = "Answers or pictures per prompt; ${DEFAULT-VALUE} unless given.")
  private int samples;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of the draws; ${DEFAULT-VALUE} unless given.")
  private long seed;

  @Option(names = "--stop", paramLabel = "TEXT", description = "Ends an answer; repeatable.")
  private @Nullable List<String> stops;

  @Option(
      names = "--protect",
      paramLabel = "FILE",
      description = "Records whose answers may not be repeated.")
  private @Nullable Path protect;

  @Option(
      names = "--n",
      paramLabel = "N",
      defaultValue = "6",
      description = "With --protect: tokens that may not stand together, 2 to 64.")
  private int n;

  @Option(names = "--json", description = "Print a line of JSON for each prompt.")
  private boolean json;

  @Mixin private DrawOptions drawn;

  @Mixin Common common;

  @Spec private CommandSpec spec;

  GenerateCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() throws IOException {
    return PictureModel.isThere(model.folder()) ? draw() : answer();
  }

  private int draw() throws IOException {
    Parted parted = new Parted(spec);
    Set<String> ofText = new HashSet<>(TEXT);
    ofText.addAll(parted.ofMixin("template"));
    parted.refuse(ofText, "cannot be given: the model draws pictures");
    PictureModel.How how = drawn.how(samples, seed);
    Suppression suppression = drawn.suppression();
    Outputs.requireNew(drawn.out());
    List<String> asked = prompts == null ? standardInput() : prompts;
    try (PictureModel pictures = PictureModel.open(model.folder())) {
      for (String prompt : asked) {
        if (pictures.isTooLong(prompt)) {
          common.console(screen).say("Only its beginning is read: \"" + prompt + "\"");
        }
      }
      AtomicFile.write(drawn.out(), pictures.draw(asked, how, suppression).png());
    }
    screen.line(drawn.out().toString());
    return told(asked, suppression);
  }

  /** Says what was suppressed; the exit code. */
  private int told(List<String> asked, Suppression suppression) {
    if (!suppression.methods().isEmpty()) {
      common
          .console(screen)
          .say("Suppressed while drawn, not removed: the weights are as they were.");
    }
    List<String> refused = new ArrayList<>();
    for (String prompt : asked) {
      suppression
          .refused(prompt)
          .ifPresent(concept -> refused.add("\"" + prompt + "\", which names " + concept));
    }
    return refused.isEmpty()
        ? 0
        : screen.fail(
            new Failure(
                REFUSED,
                "not drawn but left grey in " + drawn.out() + ": " + String.join("; ", refused)));
  }

  private int answer() throws IOException {
    Parted parted = new Parted(spec);
    parted.refuse(parted.ofMixin("drawn"), "cannot be given: the model answers in text");
    List<String> all = stops == null ? List.of() : stops;
    Decoding how = new Decoding(temperature, topP, maxNewTokens, samples, seed, all);
    Optional<Generating.Protection> protection =
        protect == null
            ? Optional.empty()
            : Optional.of(
                new Generating.Protection(Corpus.read(List.of(protect)), new MemFree.Order(n)));
    List<String> asked = prompts == null ? standardInput() : prompts;
    List<List<String>> answers =
        new Generating(model.folder(), template.kind(), protection).answer(asked, how);
    for (int i = 0; i < asked.size(); i++) {
      if (json) {
        screen.json(new Answered(asked.get(i), answers.get(i)));
      } else {
        answers.get(i).forEach(screen::line);
      }
    }
    return 0;
  }

  /** A line of JSON. */
  record Answered(String prompt, List<String> answers) {}

  private List<String> standardInput() throws IOException {
    if (screen.terminals().in()) {
      throw new InvalidRequest("nothing to answer: give --prompt TEXT, or pipe prompts in");
    }
    byte[] bytes = screen.in().readAllBytes();
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidRequest("standard input is not UTF-8: convert it", e);
    }
    List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
    if (lines.isEmpty()) {
      throw new InvalidRequest("standard input has no prompt: give --prompt TEXT, or pipe some in");
    }
    return lines;
  }
}
