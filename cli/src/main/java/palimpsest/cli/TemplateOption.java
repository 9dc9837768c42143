package palimpsest.cli;

import palimpsest.torch.text.PromptTemplate;
import picocli.CommandLine.Option;

/** How prompts become tokens. */
@SuppressWarnings("NullAway.Init") // picocli sets the options
final class TemplateOption {
  @Option(
      names = "--template",
      paramLabel = "KIND",
      defaultValue = "plain",
      description =
          "plain (Question: ... Answer:), chat (the model's own) or raw (the prompt as it stands);"
              + " plain unless given.")
  private PromptTemplate.Kind kind;

  PromptTemplate.Kind kind() {
    return kind;
  }
}
