package palimpsest.api;

import java.util.List;

/** A language model as its judges see it: it can be read token by token, and asked. */
public interface LanguageModel {

  /**
   * One teacher-forced pass over the completions given their prompts.
   *
   * @return one trace per example, in order
   */
  List<Trace> trace(List<Example> examples);

  /**
   * Answers to plain questions; the model's own prompt template is applied.
   *
   * @return per prompt, in order, {@link Decoding#samples} answers
   */
  List<List<String>> answer(List<String> prompts, Decoding decoding);

  /** SHA-256 of the parameters, hexadecimal; a guard does not change it. */
  String digest();
}
