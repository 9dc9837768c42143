package palimpsest.engine;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.guard.MemFree;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.text.TokenizedExample;

/** The decoding constraint that keeps a model from spelling out the records to forget. */
final class Protecting {
  private Protecting() {}

  /** Forgotten completions protected, what kept texts share let through. */
  static MemFree decided(Applying applying, MemFree.Order order, TextModel text) {
    for (Example e : applying.forget()) {
      requireProtectable(e, text);
    }
    return of(applying.forget(), applying.keptForGood(), order, text);
  }

  /** Completions protected as far as kept ones do not share their pieces. */
  static MemFree of(List<Example> secret, List<Example> kept, MemFree.Order order, TextModel text) {
    byte[] key = new byte[16];
    new SecureRandom().nextBytes(key);
    return MemFree.protect(sequences(secret, text), sequences(kept, text), order, key);
  }

  /** A completion of one token would be let through: there is nothing before it to watch for. */
  static void requireProtectable(Example e, TextModel text) {
    TokenizedExample ids = text.template().encode(e);
    if (ids.ids().length - ids.promptLength() < 3) { // the end token is one of them
      throw new InvalidRequest(
          e.id()
              + ": its completion is a single token, which guard.memfree cannot protect: give a"
              + " record that states it in a sentence instead, or do without the guard");
    }
  }

  /** Completions with and without a leading blank, less those of a single token. */
  private static List<int[]> sequences(List<Example> examples, TextModel text) {
    List<int[]> all = new ArrayList<>();
    for (Example e : examples) {
      for (String form : List.of(e.completion(), " " + e.completion())) {
        int[] ids = text.template().tokenizer().encode(form);
        if (ids.length > 1) {
          all.add(ids);
        }
      }
    }
    return all;
  }
}
