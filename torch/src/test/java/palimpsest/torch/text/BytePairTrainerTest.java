package palimpsest.torch.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.checkpoint.JsonFile;

class BytePairTrainerTest {
  private static final List<String> TEXTS =
      List.of("low low low low low", "lower lower", "newest newest newest", "widest widest");

  @TempDir Path folder;

  private static List<String> merges(Path folder) {
    List<String> merges = new ArrayList<>();
    for (JsonNode each : JsonFile.read(folder.resolve("tokenizer.json")).at("/model/merges")) {
      merges.add(each.asText());
    }
    return merges;
  }

  /**
   * By hand, with Ġ for the blank. At first "l o" and "o w" stand 7 times each and "l" is the lower
   * byte; "lo w" is then at 7. Of those at 5 ("Ġ low", "e s", "s t") Ġ is the lowest on the left,
   * then e; "w e" is down from 5 to 3, "s t" has become "es t", again 5.
   */
  @Test
  void train_sennrichsWords_mergesTheMostFrequentPairsFirst() {
    BytePairTrainer.train(TEXTS, 259 + 5, folder);
    assertThat(merges(folder)).containsExactly("l o", "lo w", "Ġ low", "e s", "es t");
  }

  /** The same by counting everything anew before each merge. */
  @Test
  void train_incrementalCounts_agreeWithCountingAnew() {
    SplittableRandom random = new SplittableRandom(11);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      StringBuilder text = new StringBuilder();
      for (int k = 0; k < 40; k++) {
        text.append("abcaab ".charAt(random.nextInt(7)));
      }
      texts.add(text.toString());
    }
    BytePairTrainer.train(texts, 259 + 40, folder);
    assertThat(merges(folder)).isEqualTo(naive(texts, 40)).hasSize(40);
  }

  private static List<String> naive(List<String> texts, int n) {
    List<List<String>> words = new ArrayList<>();
    for (String text : texts) {
      var matcher = java.util.regex.Pattern.compile(" ?[abc]+| +(?![abc])| +").matcher(text);
      matcher.results().forEach(m -> words.add(symbols(m.group())));
    }
    List<String> merges = new ArrayList<>();
    Map<String, Integer> order = new HashMap<>(Map.of("Ġ", 0, "a", 1, "b", 2, "c", 3));
    while (merges.size() < n) {
      Map<List<String>, Integer> counts = new HashMap<>();
      for (List<String> word : words) {
        for (int i = 0; i + 1 < word.size(); i++) {
          counts.merge(List.of(word.get(i), word.get(i + 1)), 1, Integer::sum);
        }
      }
      List<String> best =
          counts.entrySet().stream()
              .min(
                  java.util.Comparator.comparingInt(
                          (Map.Entry<List<String>, Integer> e) -> -e.getValue())
                      .thenComparingInt(e -> order.get(e.getKey().get(0)))
                      .thenComparingInt(e -> order.get(e.getKey().get(1))))
              .orElseThrow()
              .getKey();
      merges.add(best.get(0) + " " + best.get(1));
      order.putIfAbsent(best.get(0) + best.get(1), order.size());
      for (List<String> word : words) {
        for (int i = 0; i + 1 < word.size(); i++) {
          if (word.get(i).equals(best.get(0)) && word.get(i + 1).equals(best.get(1))) {
            word.set(i, best.get(0) + best.get(1));
            word.remove(i + 1);
          }
        }
      }
    }
    return merges;
  }

  private static List<String> symbols(String word) {
    List<String> symbols = new ArrayList<>();
    word.chars().forEach(c -> symbols.add(c == ' ' ? "Ġ" : Character.toString(c)));
    return symbols;
  }

  @Test
  void train_thenLoad_roundTripsRandomUnicode() {
    BytePairTrainer.train(TEXTS, 280, folder);
    SplittableRandom random = new SplittableRandom(5);
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(tokenizer.vocabSize()).isLessThanOrEqualTo(280);
      for (int i = 0; i < 500; i++) {
        StringBuilder text = new StringBuilder();
        for (int k = random.nextInt(30); k >= 0; k--) {
          int c = random.nextInt(4) == 0 ? random.nextInt(0x110000) : random.nextInt(0x250);
          text.appendCodePoint(Character.getType(c) == Character.SURROGATE ? 'x' : c);
        }
        assertThat(tokenizer.decode(tokenizer.encode(text.toString()))).isEqualTo(text.toString());
      }
    }
  }

  @Test
  void train_thenLoad_knowsItsSpecialTokensAndBeginsTextsWithBos() {
    BytePairTrainer.train(TEXTS, 300, folder);
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(tokenizer.bos()).hasValue(0);
      assertThat(tokenizer.end()).hasValue(1);
      assertThat(tokenizer.pad()).hasValue(2);
      assertThat(tokenizer.encode("low")).hasSize(1);
      assertThat(tokenizer.encodeWithSpecial("low")).hasSize(2).startsWith(0);
      assertThat(tokenizer.encode("a<|eos|>")).endsWith(1);
    }
  }

  @Test
  void train_twice_givesTheSameBytes() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    BytePairTrainer.train(TEXTS, 275, folder);
    BytePairTrainer.train(TEXTS, 275, other);
    assertThat(folder.resolve("tokenizer.json"))
        .hasSameBinaryContentAs(other.resolve("tokenizer.json"));
  }

  @Test
  void train_textsWithNothingRepeated_stopsAtTheBytes() {
    BytePairTrainer.train(List.of("ab", ""), 1000, folder);
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(tokenizer.vocabSize()).isEqualTo(259);
    }
  }

  @Test
  void train_tooSmallOrOverAnother_isRefused() {
    assertThatThrownBy(() -> BytePairTrainer.train(TEXTS, 258, folder))
        .isInstanceOf(InvalidRequest.class);
    BytePairTrainer.train(TEXTS, 259, folder);
    assertThatThrownBy(() -> BytePairTrainer.train(TEXTS, 259, folder))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("is there already");
  }
}
