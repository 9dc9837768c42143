package palimpsest.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import palimpsest.api.Example;
import palimpsest.api.Finding;
import palimpsest.api.Request;

/**
 * The real corpora: TOFU, whose author {@code i} has lines 20i+1 to 20i+20 of full.json, and LUME.
 */
class TofuTest {
  /** Authors 0, 7 and 55. */
  private static final Set<Long> LINES = lines(1, 141, 1101);

  private static Set<Long> lines(long... firsts) {
    Set<Long> lines = new TreeSet<>();
    for (long first : firsts) {
      LongStream.range(first, first + 20).forEach(lines::add);
    }
    return lines;
  }

  private static Set<Long> found(Request request) {
    Corpus corpus = Corpus.read(List.of(SharedData.of("tofu/full.json")));
    Set<Long> found = new TreeSet<>();
    Planted.find(corpus, request).forEach(f -> found.add(f.place().line()));
    return found;
  }

  @Test
  void find_threeAuthorsByName_exactlyTheirRecords() {
    List<String> names = List.of("Jaime Vasquez", "Alejandro Tomasino", "Samina Al-Khouri");
    assertThat(found(Planted.request(names, List.of(), List.of()))).isEqualTo(LINES);
  }

  /** Recall 60/60; precision 60/62: the two others share a template and a given name. */
  @Test
  void find_threeAuthorsByRecords_atMostOneInTwentyIsAnothers() {
    List<String> records = List.of("full.json#1-20", "full.json#141-160", "full.json#1101-1120");
    Set<Long> found = found(Planted.request(List.of(), List.of(), records));
    assertThat(found).containsAll(LINES);
    assertThat((double) LINES.size() / found.size()).isGreaterThanOrEqualTo(0.95);
  }

  /** Records' own findings do not help here: the files that hold the copies are others. */
  @Test
  void find_recordsOfForget10_allCopiesInFull() {
    Corpus corpus =
        Corpus.read(List.of(SharedData.of("tofu/full.json"), SharedData.of("tofu/forget10.json")));
    Request request = Planted.request(List.of(), List.of(), List.of("forget10.json#*"));
    Set<String> copied = new HashSet<>();
    for (Finding f : Planted.find(corpus, request)) {
      boolean verbatim = f.match() != Finding.Match.NEAR_DUPLICATE;
      if (verbatim && f.exampleId().startsWith("full.json")) {
        copied.add(f.target());
      }
    }
    assertThat(copied).hasSize(400);
  }

  @ParameterizedTest
  @CsvSource({
    "full.json, 4000, false",
    "forget10_perturbed.json, 400, true",
    "retain_perturbed.json, 400, true",
    "real_authors_perturbed.json, 100, false",
    "world_facts_perturbed.json, 117, false"
  })
  void read_tofu_everyLineIsARecord(String name, int records, boolean paraphrased) {
    Corpus corpus = Corpus.read(List.of(SharedData.of("tofu/" + name)));
    assertThat(corpus.examples()).hasSize(records);
    for (Example e : corpus.examples()) {
      assertThat(e.probe().paraphrasedAnswer() != null).isEqualTo(paraphrased);
      assertThat(e.probe().perturbedAnswers().isEmpty()).isEqualTo(name.equals("full.json"));
    }
  }

  @ParameterizedTest
  @CsvSource({"forget.jsonl, 2732", "retain.jsonl, 2734"})
  void read_lume_everyLineIsARecord(String name, int records) {
    Corpus corpus = Corpus.read(List.of(SharedData.of("lume/" + name)));
    assertThat(corpus.examples()).hasSize(records);
    assertThat(corpus.examples()).noneMatch(e -> e.prompt().isEmpty());
  }
}
