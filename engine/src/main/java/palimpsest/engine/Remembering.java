package palimpsest.engine;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import palimpsest.api.Decoding;
import palimpsest.api.Example;
import palimpsest.api.LanguageModel;
import palimpsest.api.Trace;
import palimpsest.torch.llm.TextModel;

/** A model whose answers are kept: what several attacks ask of it is decoded once. */
final class Remembering implements LanguageModel {
  private final TextModel model;
  private final Map<Asked, List<List<String>>> answers = new HashMap<>();
  private final String digest;

  Remembering(TextModel model) {
    this.model = model;
    this.digest = model.digest();
  }

  TextModel model() {
    return model;
  }

  @Override
  public List<Trace> trace(List<Example> examples) {
    return model.trace(examples);
  }

  @Override
  public List<List<String>> answer(List<String> prompts, Decoding decoding) {
    return answers.computeIfAbsent(
        new Asked(List.copyOf(prompts), decoding), a -> model.answer(a.prompts(), a.decoding()));
  }

  @Override
  public String digest() {
    return digest;
  }

  private record Asked(List<String> prompts, Decoding decoding) {}
}
