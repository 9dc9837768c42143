package palimpsest.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Interrupted;
import palimpsest.api.Recipe;
import palimpsest.torch.checkpoint.LlamaConfig;
import palimpsest.torch.llm.InitialWeights;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;

/** Eight examples in batches of two over two epochs: eight steps, a checkpoint every third. */
class PaceTest {
  private static final LlamaConfig TINY = LlamaConfig.plain(24, 8, 12, 1, 2, 1, 24, true);
  private static final Recipe RECIPE = new Recipe(2, 2, 2, 1e-3, 0, Recipe.Decay.CONSTANT, 0, 0, 0);
  private static final List<TokenizedExample> DATA =
      IntStream.range(0, 8).mapToObj(i -> new TokenizedExample(new int[] {i, 9, 10}, 1)).toList();

  @TempDir Path run;

  private void descend(Consumer<Progress> listener, BooleanSupplier stop) {
    RunFolder into =
        new RunFolder(run, "{}", new RunFolder.Saving(3, new TreeSet<>()), new TreeSet<>());
    descend(into, listener, stop);
  }

  private static void descend(RunFolder into, Consumer<Progress> listener, BooleanSupplier stop) {
    try (Llama model = new Llama(TINY, InitialWeights.draw(TINY, 3))) {
      new Descent(DATA, Loss.NLL, RECIPE, Optional.of(into), listener, stop).run(model);
    }
  }

  private Pace pace() {
    return Pace.of(run).orElseThrow();
  }

  /** Four steps, said to have taken 1000 seconds, and the other four, which take less than 900. */
  @Test
  void pace_ofAStoppedRunThatWentOn_isTheSum() throws IOException {
    int[] asked = {0};
    assertThatThrownBy(() -> descend(p -> {}, () -> ++asked[0] > 4))
        .isInstanceOf(Interrupted.class);
    assertThat(pace().steps()).isEqualTo(4);
    assertThat(pace().seconds()).isBetween(0.0, 900.0);
    Files.writeString(run.resolve("pace.json"), "{\"seconds\":1000.0,\"steps\":4}\n");

    descend(p -> {}, () -> false);

    assertThat(pace().steps()).isEqualTo(8);
    assertThat(pace().seconds()).isGreaterThan(1000).isLessThan(1900);
    assertThat(pace().perStep()).isEqualTo(pace().seconds() / 8);
    assertThat(pace().ledger()).as("of the first part it is not known").isEmpty();
  }

  @Test
  void pace_ofARun_tellsWhatTheLedgerTook() {
    descend(p -> {}, () -> false);
    assertThat(pace().ledger().orElseThrow()).isPositive().isLessThan(pace().seconds());
  }

  /** Stays after steps 2 and 7, each the state of one model: so many times, and some time. */
  @Test
  void pace_ofARunThatKeepsCheckpoints_hasTheirTimeApart_andWhatWasAroundTheSteps() {
    RunFolder into =
        new RunFolder(
            run, "{}", new RunFolder.Saving(0, new TreeSet<>(List.of(2, 7))), new TreeSet<>());
    descend(into, p -> {}, () -> false);
    assertThat(pace().around()).isZero();
    into.took(pace().seconds() + 5);

    assertThat(pace().around()).isCloseTo(5, within(1e-6));
    assertThat(pace().kept()).isEqualTo(2);
    assertThat(pace().keeping()).isPositive().isLessThan(pace().seconds());
    assertThat(pace().perStep()).isEqualTo((pace().seconds() - pace().keeping()) / 8);
    assertThat(pace().met()).isEqualTo(16);
    assertThat(pace().ofRun(7, 1)).isEqualTo(pace().around() + 7 + pace().keeping() / 2);
  }

  /** Of 8 s one was for two checkpoints, 7 s for 35 examples; 2 s were around. */
  @Test
  void seconds_areThoseOfStepsAndCheckpointsAndWhatIsAround() throws IOException {
    Files.writeString(
        run.resolve("pace.json"),
        "{\"around\":2,\"kept\":2,\"keeping\":1,\"met\":35,\"seconds\":8,\"steps\":10}");
    assertThat(pace().ofSteps(5, OptionalDouble.of(20))).isEqualTo(20 * 0.2);
    assertThat(pace().ofSteps(5, OptionalDouble.empty())).isEqualTo(5 * 0.7);
    assertThat(pace().ofRun(4, 3)).isEqualTo(2 + 4 + 3 * 0.5);
    Files.writeString(run.resolve("pace.json"), "{\"seconds\":8,\"steps\":10}");
    assertThat(pace().ofSteps(5, OptionalDouble.of(20))).as("not counted").isEqualTo(4);
    assertThat(pace().ofRun(4, 3)).as("nothing else measured").isEqualTo(4);
  }

  /**
   * Here an example took 7 / 35 = 0.2 s; there 3 / 10 = 0.3 s, so all takes 1.5 times as long.
   * Where examples were not counted steps are held against each other: 0.7 s here, 0.6 s there.
   */
  @Test
  void at_thePaceOfAnotherRun_byHand() {
    Pace here = new Pace(10, 35, 8, 2, 1, OptionalDouble.of(0.1), 2);
    Pace there = new Pace(5, 10, 3, 0, 0, OptionalDouble.empty(), 9);
    assertThat(here.ratio(there)).isCloseTo(1.5, within(1e-12));
    assertThat(here.at(there).ofRun(here.at(there).ofSteps(5, OptionalDouble.of(20)), 3))
        .isCloseTo(1.5 * (2 + 4 + 3 * 0.5), within(1e-12));
    assertThat(here.at(there).ledger().orElseThrow()).isCloseTo(0.15, within(1e-12));
    Pace uncounted = new Pace(5, 0, 3, 0, 0, OptionalDouble.empty(), 0);
    assertThat(here.ratio(uncounted)).isCloseTo(0.6 / 0.7, within(1e-12));
  }

  /** Killed in the fifth step: of the steps after the third there is no checkpoint. */
  @Test
  void pace_ofAKilledRun_isThatOfItsLastCheckpoint_andOfAllStepsInTheEnd() {
    assertThatThrownBy(
            () ->
                descend(
                    p -> {
                      if (p.step() == 5) {
                        throw new IllegalStateException("dies");
                      }
                    },
                    () -> false))
        .hasMessage("dies");
    assertThat(pace().steps()).isEqualTo(3);

    descend(p -> {}, () -> false);

    assertThat(pace().steps()).isEqualTo(8);
  }

  @Test
  void pace_whereNoneWasKept_isAbsent_andWhatIsNone_isRefused() throws IOException {
    assertThat(Pace.of(run)).isEmpty();
    for (String wrong :
        List.of(
            "",
            "{}",
            "{\"seconds\":-1,\"steps\":3}",
            "{\"around\":-1,\"seconds\":1,\"steps\":3}",
            "{\"around\":1e300,\"seconds\":1,\"steps\":3}",
            "{\"seconds\":1")) {
      Files.writeString(run.resolve("pace.json"), wrong);
      assertThatThrownBy(() -> Pace.of(run))
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("remove it");
    }
    Files.writeString(run.resolve("pace.json"), "{\"seconds\":0.0,\"steps\":0}");
    assertThat(Pace.of(run)).isEmpty();
  }
}
