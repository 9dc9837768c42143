package palimpsest.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import palimpsest.api.Finding;
import palimpsest.api.Finding.Match;

/** Copies planted in random text and in question-answer templates; seed 20261121. */
class PlantedPassagesTest {
  private static final int COPIES = 200;

  @TempDir Path folder;

  private final SplittableRandom random = new SplittableRandom(20_261_121);

  /** A way in which a copy may differ and still be the same under normalisation. */
  enum Disguise {
    NONE,
    UPPER,
    FULL_WIDTH,
    SPACES,
    SOFT_HYPHENS,
    DECOMPOSED;

    String apply(String s) {
      return switch (this) {
        case NONE -> s;
        case UPPER -> s.toUpperCase(Locale.ROOT);
        case FULL_WIDTH -> wide(s);
        case SPACES -> s.replace(" ", " \n\t ");
        case SOFT_HYPHENS -> s.replaceAll("([aeiou])", "$1\u00AD");
        case DECOMPOSED -> Normalizer.normalize(s, Normalizer.Form.NFD);
      };
    }

    private static String wide(String s) {
      StringBuilder wide = new StringBuilder();
      s.chars().forEach(c -> wide.append((char) (c > 32 && c < 127 ? c + 0xFEE0 : c)));
      return wide.toString();
    }
  }

  @ParameterizedTest
  @EnumSource
  void find_disguised_allFoundAtTheirPlacesAndNothingElse(Disguise disguise) {
    List<String> passages = new ArrayList<>();
    List<String> pages = new ArrayList<>();
    List<String> copies = new ArrayList<>();
    for (int i = 0; i < COPIES; i++) {
      passages.add("é" + Planted.words(random, 8 + random.nextInt(60)) + ", zé");
      copies.add(disguise.apply(passages.get(i)));
      pages.add(
          Planted.words(random, random.nextInt(80))
              + " "
              + copies.get(i)
              + " "
              + Planted.words(random, random.nextInt(80)));
    }
    List<Finding> found =
        Planted.find(Planted.texts(folder, pages), Planted.request(List.of(), passages, List.of()));
    assertThat(found).hasSize(COPIES);
    for (int i = 0; i < COPIES; i++) {
      Finding f = found.get(i);
      assertThat(f.target()).isEqualTo("text:" + (i + 1));
      assertThat(f.match()).isEqualTo(disguise == Disguise.NONE ? Match.EXACT : Match.NORMALISED);
      String copy = copies.get(i);
      assertThat(pages.get(i).substring(f.start(), f.end())).isEqualTo(copy);
    }
  }

  @ParameterizedTest
  @CsvSource({"0.1, 0.99", "0.2, 0.97", "0.3, 0.95"})
  void find_nearCopiesOnPages_recallAndPrecision(double share, double recall) {
    List<String> passages = new ArrayList<>();
    List<String> pages = new ArrayList<>();
    for (int i = 0; i < COPIES; i++) {
      passages.add(Planted.words(random, 12 + random.nextInt(120)));
      String copy = Planted.change(random, passages.get(i), share);
      pages.add(Planted.words(random, 200) + " " + copy + " " + Planted.words(random, 200));
      pages.add(Planted.words(random, 300));
    }
    List<Finding> found =
        Planted.find(Planted.texts(folder, pages), Planted.request(List.of(), passages, List.of()));
    Map<String, String> truth = new HashMap<>();
    for (int i = 0; i < COPIES; i++) {
      truth.put("text:" + (i + 1), "texts.jsonl#" + (2 * i + 1));
    }
    measure(found, truth, recall);
  }

  private static void measure(List<Finding> found, Map<String, String> truth, double recall) {
    Set<String> hit = new HashSet<>();
    int wrong = 0;
    for (Finding f : found) {
      if (f.exampleId().equals(truth.get(f.target()))) {
        hit.add(f.target());
      } else {
        wrong++;
      }
    }
    assertThat((double) hit.size() / truth.size()).as("recall").isGreaterThanOrEqualTo(recall);
    assertThat(hit.size() / (double) (hit.size() + wrong))
        .as("precision")
        .isGreaterThanOrEqualTo(0.95);
  }

  /**
   * Answers of one template differ in a name and a few facts of few values each, and are no copies.
   * A copy that lost the one name in it looks as they do: with a fifth of the words changed, 173 of
   * 200 copies are found. The weights were chosen on this corpus: it is a guard, not a measurement.
   */
  @ParameterizedTest
  @CsvSource({"0.1, 0.95", "0.2, 0.85"})
  void find_nearCopiesAmongTemplates_recallAndPrecision(double share, double recall) {
    StringBuilder lines = new StringBuilder();
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      answers.add(answer(i));
      lines.append("{\"question\":\"Who is author ").append(i).append("?\",\"answer\":");
      lines.append(Planted.quoted(answers.get(i))).append("}\n");
    }
    Map<String, String> truth = new HashMap<>();
    List<String> records = new ArrayList<>();
    for (int i = 0; i < COPIES; i++) {
      records.add("qa.jsonl#" + (10 * i + 1));
      String copy = Planted.change(random, answers.get(10 * i), share);
      String page = answer(5000 + i) + " " + copy + " " + answer(6000 + i);
      lines.append("{\"text\":").append(Planted.quoted(page)).append("}\n");
      truth.put("record:" + records.get(i), "qa.jsonl#" + (2001 + i));
    }
    Corpus corpus = Corpus.read(List.of(Planted.write(folder, "qa.jsonl", lines.toString())));
    List<Finding> found =
        new ArrayList<>(Planted.find(corpus, Planted.request(List.of(), List.of(), records)));
    found.removeIf(f -> f.target().equals("record:" + f.exampleId()));
    measure(found, truth, recall);
  }

  private String answer(int i) {
    String name = "Given" + i % 97 + " Surname" + i;
    return switch (i % 3) {
      case 0 ->
          "The author's full name is "
              + name
              + ", who was born in City"
              + random.nextInt(30)
              + " on the "
              + random.nextInt(1, 29)
              + "th of May "
              + random.nextInt(1900, 2000)
              + ".";
      case 1 ->
          "Yes, "
              + name
              + " has received several awards for works of the genre Genre"
              + random.nextInt(20)
              + ", among them the Prize"
              + random.nextInt(200)
              + " award.";
      default ->
          "The father of "
              + name
              + " was a Trade"
              + random.nextInt(40)
              + " and the mother of the author worked as a Trade"
              + random.nextInt(40)
              + ".";
    };
  }

  @Test
  void find_partOfALongPassage_found() {
    String passage = Planted.words(random, 400);
    String part = String.join(" ", List.of(passage.split(" ")).subList(170, 215));
    String page = Planted.words(random, 500) + " " + part + " " + Planted.words(random, 500);
    List<Finding> found =
        Planted.find(
            Planted.texts(folder, List.of(page, Planted.words(random, 900))),
            Planted.request(List.of(), List.of(passage), List.of()));
    assertThat(found).hasSize(1);
    assertThat(page.substring(found.get(0).start(), found.get(0).end()))
        .contains(part.substring(60, 200));
  }

  @Test
  void find_twice_equal() {
    List<String> pages = new ArrayList<>();
    String passage = Planted.words(random, 90);
    for (int i = 0; i < 50; i++) {
      pages.add(Planted.words(random, 50) + " " + Planted.change(random, passage, 0.25));
    }
    Corpus corpus = Planted.texts(folder, pages);
    var request = Planted.request(List.of(), List.of(passage), List.of("texts.jsonl#3"));
    assertThat(Planted.find(corpus, request)).isEqualTo(Planted.find(corpus, request));
  }
}
