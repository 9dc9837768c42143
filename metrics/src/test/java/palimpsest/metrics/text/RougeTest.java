package palimpsest.metrics.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import palimpsest.metrics.Golden;

class RougeTest {
  @Test
  void stem_goldenWords_equalsNltk() {
    JsonNode golden = Golden.metrics("stems.json");
    assertThat(golden.get("cases")).hasSizeGreaterThan(1500);
    for (JsonNode c : golden.get("cases")) {
      String word = c.get("word").asText();
      assertThat(PorterStemmer.stem(word)).as(word).isEqualTo(c.get("stem").asText());
    }
    golden
        .get("nltk_irregular")
        .properties()
        .forEach(e -> assertThat(PorterStemmer.stem(e.getKey())).isEqualTo(e.getValue().asText()));
  }

  @Test
  void rouge_goldenPairs_equalsRougeScore() {
    JsonNode cases = Golden.cases("rouge.json", "cases");
    assertThat(cases).hasSizeGreaterThan(50);
    for (JsonNode c : cases) {
      String truth = c.get("reference").asText();
      String generated = c.get("prediction").asText();
      assertThat(Rouge.words(truth))
          .isEqualTo(
              StreamSupport.stream(c.get("reference_tokens").spliterator(), false)
                  .map(JsonNode::asText)
                  .toList());
      assertNear(Rouge.unigram(truth, generated), c.get("rouge1"));
      assertNear(Rouge.longest(truth, generated), c.get("rougeL"));
    }
  }

  private static void assertNear(Rouge got, JsonNode wanted) {
    assertThat(got.precision()).isCloseTo(wanted.get("precision").asDouble(), within(1e-15));
    assertThat(got.recall()).isCloseTo(wanted.get("recall").asDouble(), within(1e-15));
    assertThat(got.f()).isCloseTo(wanted.get("fmeasure").asDouble(), within(1e-15));
  }

  /** "police killed the gunman" and "police kill the gunman": stemmed, all four words match. */
  @Test
  void longest_inflectedWords_matchByStem() {
    assertThat(Rouge.longest("police killed the gunman", "the police kill the gunman!"))
        .isEqualTo(new Rouge(0.8, 1, 2 * 0.8 / 1.8));
  }

  /** Truth a b c d, given d c a b: in order 2 of 4, as a bag 4 of 4, unbroken 2. */
  @Test
  void measures_otherOrder_differ() {
    assertThat(Rouge.longest("a b c d", "d c a b").recall()).isEqualTo(0.5);
    assertThat(Rouge.unigram("a b c d", "d c a b").recall()).isEqualTo(1);
    assertThat(Rouge.commonRun("a b c d", "d c a b")).isEqualTo(2);
    assertThat(Rouge.commonRun("a b", "")).isZero();
  }

  /** A hostile word of a million letters y must not take quadratic time. */
  @Test
  void words_longRunOfY_isLinear() {
    assertThat(Rouge.words("y".repeat(1_000_000))).hasSize(1);
  }

  @Test
  void words_randomUnicode_neverFail() {
    Random random = new Random(3);
    for (int i = 0; i < 2000; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = 0; j < 20; j++) {
        text.append((char) (random.nextBoolean() ? random.nextInt(128) : random.nextInt(65536)));
      }
      assertThat(Rouge.words(text.toString())).allMatch(w -> w.matches("[a-z0-9]+"));
    }
  }
}
