package palimpsest.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import palimpsest.api.Decoding;
import palimpsest.discovery.Corpus;
import palimpsest.guard.MemFree;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.text.PromptTemplate;

/**
 * Answers prompts.
 *
 * @param model folder of the model
 * @param template how prompts become tokens
 * @param protection texts that no answer may repeat, where there are any
 */
public record Generating(
    Path model, PromptTemplate.Kind template, Optional<Protection> protection) {

  /**
   * Completions that are decoded around, as MemFree does.
   *
   * @param texts their records
   * @param order length of the n-grams
   */
  public record Protection(Corpus texts, MemFree.Order order) {}

  /** Per prompt, in order, as many answers as the decoding has samples. */
  public List<List<String>> answer(List<String> prompts, Decoding how) {
    Manifest.requireTemplate(model, template);
    try (TextModel text = TextModel.read(model, template)) {
      protection.ifPresent(
          p -> p.texts().examples().forEach(e -> Protecting.requireProtectable(e, text)));
      TextModel asked =
          protection
              .map(p -> Protecting.of(p.texts().examples(), List.of(), p.order(), text))
              .map(text::under)
              .orElse(text);
      return asked.answer(prompts, how);
    }
  }
}
