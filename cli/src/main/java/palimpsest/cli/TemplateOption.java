package palimpsest.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import palimpsest.torch.text.PromptTemplate;
import picocli.CommandLine.Option;

/** How prompts become tokens. */
final class TemplateOption {
  @Option(
      names = "--template",
      paramLabel = "KIND",
      description =
          "plain (Question: ... Answer:), chat (the model's own) or raw (the prompt as it stands);"
              + " plain unless given.")
  private PromptTemplate.@Nullable Kind kind;

  PromptTemplate.Kind kind() {
    return kind == null ? PromptTemplate.Kind.PLAIN : kind;
  }

  /** What was asked for, if anything was. */
  Optional<PromptTemplate.Kind> given() {
    return Optional.ofNullable(kind);
  }
}
