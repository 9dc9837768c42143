package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.text.PromptTemplate;
import palimpsest.torch.train.Placement;

class KeepingTest {
  @TempDir Path folder;

  @Test
  void bytes_ofSizes_byHand() {
    assertThat(Keeping.bytes("12")).isEqualTo(12);
    assertThat(Keeping.bytes("3k")).isEqualTo(3_000);
    assertThat(Keeping.bytes(" 500M ")).isEqualTo(500_000_000);
    assertThat(Keeping.bytes("1.5GB")).isEqualTo(1_500_000_000);
    assertThat(Keeping.bytes("2T")).isEqualTo(2_000_000_000_000L);
    assertThat(Keeping.bytes("0")).isZero();
  }

  @Test
  void bytes_ofAnythingElse_isRefused() {
    for (String wrong :
        List.of("", "G", "-1", "5X", "1e9", "0x10", "5 0", "NaN", "1.", "999999999999999T")) {
      assertThatThrownBy(() -> Keeping.bytes(wrong))
          .as(wrong)
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("wanted a size")
          .hasMessageContaining("\"" + wrong + "\"");
    }
  }

  private static Keeping keeping(int checkpoints, long bytes) {
    return new Keeping(OptionalInt.of(checkpoints), OptionalLong.of(bytes));
  }

  /** Ten bytes each. */
  @Test
  void count_ofBoth_isTheSmaller() {
    assertThat(Keeping.of(3).count(10)).isEqualTo(3);
    assertThat(Keeping.NONE.count(10)).isZero();
    assertThat(new Keeping(OptionalInt.empty(), OptionalLong.empty()).count(10)).isZero();
    assertThat(new Keeping(OptionalInt.empty(), OptionalLong.of(59)).count(10)).isEqualTo(5);
    assertThat(keeping(3, 59).count(10)).isEqualTo(3);
    assertThat(keeping(9, 59).count(10)).isEqualTo(5);
    assertThat(keeping(0, 9).count(10)).as("none wanted").isZero();
    assertThatThrownBy(() -> keeping(3, 9).count(10))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("no checkpoint fits into 9 bytes: one takes up to 10");
  }

  /** Of 10 steps, requests at 1, 4, 4 and 9: kept 3 and 8 cost 6.5. */
  @Test
  void lines_ofAPlacement_byHand() {
    Placement placement = new Placement(10, new int[] {1, 4, 4, 9});
    assertThat(Keeping.of(2).lines(placement, new TreeSet<>(List.of(3, 8)), 1500))
        .containsExactly(
            "Keeping 2 checkpoints for replays, after steps 3, 8: at most 3,000 bytes",
            "A replay without one record, each as likely, takes 6.5 of 10 steps on average"
                + " (65.0 %)");
    assertThat(Keeping.NONE.lines(placement, new TreeSet<>(), 1500)).isEmpty();
  }

  /** What is there after the training fits into the budget, and is what was announced. */
  @Test
  void training_withinABudget_keepsWhatItSays() throws Exception {
    Letters.write(folder);
    List<String> said = new ArrayList<>();
    Console console =
        new Console() {
          @Override
          public void say(String line) {
            said.add(line);
          }

          @Override
          public Bar bar(String task, long total) {
            return (done, note) -> {};
          }

          @Override
          public boolean interrupted() {
            return false;
          }
        };
    long budget = 1_000_000;
    Path out = folder.resolve("out");
    Keeping keeping = new Keeping(OptionalInt.empty(), OptionalLong.of(budget));
    new Training(out, Letters.BRIEF, PromptTemplate.Kind.PLAIN, 5, keeping, console)
        .fromScratch(Letters.corpus(folder), Letters.SMALL);
    try (Stream<Path> files = Files.list(out.resolve("run"))) {
      List<Path> steps = files.filter(f -> f.toString().contains("step-")).toList();
      long there = steps.stream().mapToLong(f -> f.toFile().length()).sum();
      assertThat(steps).isNotEmpty();
      assertThat(there).isLessThanOrEqualTo(budget);
      assertThat(said)
          .anyMatch(
              line ->
                  line.startsWith("Keeping " + steps.size() / 2 + " checkpoint")
                      && line.contains("at most"))
          .anyMatch(line -> line.startsWith("A replay without one record"));
    }
  }
}
