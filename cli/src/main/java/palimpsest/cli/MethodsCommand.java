package palimpsest.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the methods. */
@Command(
    name = "methods",
    description = {
      "Lists the methods, what each can promise, how faithfully it follows its source, and its"
          + " parameters; with --explain, one method's formula, its paper, in what it departs from"
          + " it, and what each parameter is. Those named image.* edit image models."
    },
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "Beside its own parameters, a method that takes steps takes, after its colon:",
      "  lr epochs batch micro-batch warmup decay weight-decay clip seed",
      "and one of a single loss, whose --explain has a line \"takes\", also:",
      "  train=all | lora | NAME+NAME   what is trained; * is anything in a name; lora",
      "                                 leaves a PEFT adapter and the merged model",
      "  lora-rank=8 lora-alpha=16      unless given, with train=lora",
      "  lora-targets=NAME+NAME         all seven projections unless given",
      "  retain=nll | kl | hidden:LAYER the loss on what is kept; -1 is the last layer",
      "  gru=SMOOTHING | sam=RADIUS     gradient rectification (the authors' 0.8 is",
      "                                 gru=0.2); sharpness-aware steps",
      "  optimiser=adamw | sign",
      "Unless told otherwise: 10 epochs of batches of 32, 4 at once, lr 1e-5 without",
      "warm-up, linear decay, weight decay 0.01, clip 1, seed 0.",
      "",
      "Examples:",
      "  palimpsest methods",
      "  palimpsest methods --explain llm.npo"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class MethodsCommand implements Callable<Integer> {
  private final Screen screen;

  @Option(names = "--json", description = "Print them as JSON.")
  private boolean json;

  @Option(names = "--explain", paramLabel = "ID", description = "Explain one method.")
  private @Nullable String explained;

  @Mixin Common common;

  MethodsCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    if (explained == null) {
      Listed.print(screen, Listed.methods(), json);
    } else {
      Explained.print(screen, Explained.of(Listed.method(explained)), json);
    }
    return 0;
  }
}
