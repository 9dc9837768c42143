package palimpsest.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.Example;
import palimpsest.api.Finding;
import palimpsest.api.PalimpsestException;

/** Files with a few bytes overwritten, inserted or cut are read or refused, never worse. */
class DamagedFilesTest {
  private static final String GOOD =
      """
      [{"question":"Who is Ann Lee?","answer":"Ann Lee wrote é \\u00e9 \\ud83d\\ude00.",
      "perturbed_answer":["a","b"]}, {"text":"Ann Lee"},
      {"input":"i","output":"o","x":{"y":[1,2.5e3,null,true]}}]
      """;

  @TempDir Path folder;

  private final SplittableRandom random = new SplittableRandom(7);

  private byte[] damaged(byte[] bytes) {
    byte[] result = bytes.clone();
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      int at = random.nextInt(result.length);
      String likely = "{}[]\",:\\\n\r 0u";
      result[at] =
          random.nextBoolean()
              ? (byte) random.nextInt(256)
              : (byte) likely.charAt(random.nextInt(likely.length()));
    }
    int cut = random.nextInt(10) == 0 ? random.nextInt(result.length) : result.length;
    return java.util.Arrays.copyOf(result, cut);
  }

  @Test
  void read_damaged_refusedInOneLineOrSearchable() throws IOException {
    int refused = 0;
    for (int i = 0; i < 1500; i++) {
      String name = i % 2 == 0 ? "a.json" : "a.txt";
      byte[] bytes = damaged(GOOD.getBytes(StandardCharsets.UTF_8));
      Path file = Files.write(folder.resolve(name), bytes);
      try {
        Corpus corpus = Corpus.read(List.of(file));
        check(corpus, bytes.length);
      } catch (PalimpsestException e) {
        assertThat(e).message().doesNotContain("\n").contains(name);
        refused++;
      } catch (RuntimeException e) {
        fail("seed 7, round " + i + ": " + new String(bytes, StandardCharsets.ISO_8859_1), e);
      }
    }
    assertThat(refused).isBetween(500, 1400);
  }

  private static void check(Corpus corpus, int length) {
    for (Example e : corpus.examples()) {
      assertThat(e.place().offset()).isNotNegative();
      assertThat(e.place().offset() + e.place().length()).isLessThanOrEqualTo(length);
      assertThat(corpus.byId(e.id())).containsSame(e);
    }
    String first = corpus.examples().get(0).id();
    List<Finding> found =
        Planted.find(
            corpus,
            Planted.request(List.of("Ann Lee"), List.of("Ann Lee wrote é"), List.of(first)));
    for (Finding f : found) {
      Example e = corpus.byId(f.exampleId()).orElseThrow();
      String field = f.field().equals("prompt") ? e.prompt() : e.completion();
      assertThat(f.start()).isBetween(0, f.end() - 1);
      assertThat(f.end()).isLessThanOrEqualTo(field.length());
    }
  }
}
