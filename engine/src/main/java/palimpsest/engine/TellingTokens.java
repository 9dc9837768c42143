package palimpsest.engine;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import palimpsest.api.Example;
import palimpsest.torch.text.Tokenizer;

/**
 * Long tokens that stand in forgotten texts and in none that is kept: a vocabulary fitted on all of
 * them says that they were there.
 */
final class TellingTokens {
  /** Shorter ones are parts of many words. */
  static final int LEAST_CHARACTERS = 8;

  private static final String BROKEN = "\uFFFD";

  private TellingTokens() {}

  /**
   * Tokens in alphabetical order, blanks around them left out.
   *
   * @param tokenizer folder of the tokenizer
   * @param forgotten ids of the forgotten records
   */
  static List<String> of(Path tokenizer, List<String> forgotten, List<Example> records) {
    Set<String> ids = new HashSet<>(forgotten);
    Map<Boolean, List<String>> texts =
        records.stream()
            .collect(
                Collectors.partitioningBy(
                    e -> ids.contains(e.id()),
                    Collectors.flatMapping(
                        e -> Stream.of(e.prompt(), e.completion()), Collectors.toList())));
    return spelled(tokenizer)
        .filter(token -> isIn(token, texts.getOrDefault(true, List.of())))
        .filter(token -> !isIn(token, texts.getOrDefault(false, List.of())))
        .distinct()
        .sorted()
        .toList();
  }

  private static boolean isIn(String token, List<String> texts) {
    return texts.stream().anyMatch(text -> text.contains(token));
  }

  private static Stream<String> spelled(Path folder) {
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      List<String> all =
          IntStream.range(0, tokenizer.vocabSize())
              .mapToObj(id -> tokenizer.decode(new int[] {id}).strip())
              .filter(token -> !token.contains(BROKEN))
              .filter(token -> token.codePointCount(0, token.length()) >= LEAST_CHARACTERS)
              .toList();
      return all.stream();
    }
  }
}
