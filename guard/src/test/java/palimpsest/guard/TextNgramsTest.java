package palimpsest.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import palimpsest.api.InvalidRequest;

class TextNgramsTest {
  private static final byte[] KEY = "sixteen bytes...".getBytes(StandardCharsets.US_ASCII);
  private static final TextNgrams HOUSE =
      new TextNgrams(List.of("She lived in an old windmill.", "The café stood by the weir."), KEY);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lived in an old",
        "He lived in an OLD house",
        "lived\u00a0in  an,\n(old)",
        "ｌｉｖｅｄ in an old",
        "li\u00adved in an o\u200bld",
        "\"lived\" -- in -- an -- old!"
      })
  void longestSharedRun_disguisedPassage_isFourWords(String output) {
    assertThat(HOUSE.longestSharedRun(output)).isEqualTo(4);
  }

  @Test
  void longestSharedRun_decomposedAccent_isTheSameWord() {
    assertThat(HOUSE.longestSharedRun("the cafe\u0301 stood")).isEqualTo(3);
    assertThat(HOUSE.longestSharedRun("the cafe stood")).isEqualTo(1);
  }

  @Test
  void longestSharedRun_nothingShared_isZero() {
    assertThat(HOUSE.longestSharedRun("")).isZero();
    assertThat(HOUSE.longestSharedRun(" ... ")).isZero();
    assertThat(HOUSE.longestSharedRun("purple whales")).isZero();
    assertThat(new TextNgrams(List.of(), KEY).longestSharedRun("anything")).isZero();
  }

  /** "windmill" ends one text and "The" begins the next. */
  @Test
  void longestSharedRun_acrossTwoTexts_doesNotGoOn() {
    assertThat(HOUSE.longestSharedRun("old windmill the café")).isEqualTo(2);
  }

  @Test
  void longestSharedRun_scriptWithoutSpaces_countsCharacters() {
    TextNgrams poem = new TextNgrams(List.of("春眠不覚暁"), KEY);
    assertThat(poem.longestSharedRun("その春眠不x覚")).isEqualTo(3);
  }

  @Test
  void cut_runOfK_endsBeforeItsLastWord() {
    assertThat(HOUSE.cut("Yes, she lived in an old windmill.", 4)).isEqualTo("Yes, she lived in");
    assertThat(HOUSE.cut("Yes, she lived in an old windmill.", 7))
        .isEqualTo("Yes, she lived in an old windmill.");
    assertThat(HOUSE.cut("windmill", 1)).isEmpty();
    assertThatThrownBy(() -> HOUSE.cut("x", 0)).isInstanceOf(InvalidRequest.class);
  }

  /** Few words, so that outputs and texts share many runs; compared with search in plain text. */
  @Test
  void cut_randomTexts_leavesNoRunOfK() {
    SplittableRandom random = new SplittableRandom(5);
    for (int round = 0; round < 200; round++) {
      List<String> texts = List.of(sentence(random, 30), sentence(random, 2), sentence(random, 15));
      TextNgrams ngrams = new TextNgrams(texts, KEY);
      String output = sentence(random, 25);
      int longest = ngrams.longestSharedRun(output);
      assertThat(longest).isEqualTo(bruteForce(texts, output));
      for (int k = 1; k <= longest; k++) {
        assertThat(ngrams.longestSharedRun(ngrams.cut(output, k))).isLessThan(k);
        assertThat(output).startsWith(ngrams.cut(output, k));
      }
      assertThat(ngrams.cut(output, longest + 1)).isEqualTo(output);
    }
  }

  private static int bruteForce(List<String> texts, String output) {
    String[] words = output.split(" ");
    int longest = 0;
    for (int from = 0; from < words.length; from++) {
      for (int to = from + 1; to <= words.length; to++) {
        String run = " " + String.join(" ", List.of(words).subList(from, to)) + " ";
        if (texts.stream().anyMatch(text -> (" " + text + " ").contains(run))) {
          longest = Math.max(longest, to - from);
        }
      }
    }
    return longest;
  }

  private static String sentence(SplittableRandom random, int words) {
    return random
        .ints(words, 0, 4)
        .mapToObj(i -> "abcd".substring(i, i + 1))
        .collect(Collectors.joining(" "));
  }
}
