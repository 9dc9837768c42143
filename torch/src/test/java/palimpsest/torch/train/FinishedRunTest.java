package palimpsest.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;

class FinishedRunTest {
  @TempDir Path folder;

  /** Three steps; place 4 is met in the second and third, place 2 in the first, place 3 never. */
  private FinishedRun run(String name, String recipe, String gone) throws Exception {
    Path run = Files.createDirectory(folder.resolve(name));
    try (Ledger ledger = Ledger.open(run.resolve("ledger.jsonl"))) {
      ledger.append(
          "{\"run\":"
              + new RunHeader(Map.of("recipe", recipe), Map.of(), List.of()).json()
              + ",\"every\":5,\"kept\":[],\"gone\":"
              + gone);
      List<String> parts = List.of("[[0,2],[1]]", "[[4],[1]]", "[[0,4]]");
      for (int step = 1; step <= 3; step++) {
        ledger.append(
            "{\"step\":%d,\"epoch\":0,\"parts\":%s,\"beside\":[]"
                .formatted(step, parts.get(step - 1)));
      }
    }
    return FinishedRun.of(run);
  }

  @Test
  void ledger_tellsWhoWasMetFirstAndWhoNever() throws Exception {
    FinishedRun run = run("one", "a", "[3,7]");

    assertThat(run.gone()).containsExactly(3, 7);
    assertThat(run.firstMet(Set.of(4))).isEqualTo(2);
    assertThat(run.firstMet(Set.of(4, 2))).isEqualTo(1);
    assertThat(run.firstMet(Set.of(3))).isEqualTo(4);
    assertThat(run.head()).isEqualTo(Replay.head(run.folder()));
  }

  /** Place 0, 2 and 1 are met in step 1, place 4 in step 2, place 3 never: behind the last, 3. */
  @Test
  void ledger_tellsOfEachPlaceTheStepThatFirstMetIt() throws Exception {
    FinishedRun run = run("one", "a", "[3]");

    assertThat(run.steps()).isEqualTo(3);
    Visits visits = run.visits(5);
    assertThat(IntStream.range(0, 5).map(visits::first)).containsExactly(1, 1, 1, 4, 2);
    assertThatThrownBy(() -> run.visits(4))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("names example 4 of 4");
  }

  @Test
  void checkpoints_thatAreComplete_areThere() throws Exception {
    FinishedRun run = run("one", "a", "[]");
    for (String file : List.of("step-00000002.json", "step-00000001.json")) {
      Files.writeString(run.folder().resolve(file), "{}");
    }
    Files.writeString(run.folder().resolve("step-00000003.safetensors"), "cut");

    assertThat(run.checkpoints()).containsExactly(1, 2);
    assertThat(run.kept()).isZero();
  }

  @Test
  void run_withOtherPlacesEmpty_isTheSame_withAnotherRecipeNot() throws Exception {
    FinishedRun run = run("one", "a", "[]");

    assertThat(run.isOf(run("two", "a", "[3]"))).isTrue();
    assertThat(run.isOf(run("three", "b", "[]"))).isFalse();
  }

  @Test
  void ledger_missingOrAltered_isRefused() throws Exception {
    assertThatThrownBy(() -> FinishedRun.of(folder))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("has no ledger");
    Path file = run("one", "a", "[]").folder().resolve("ledger.jsonl");
    Files.writeString(file, Files.readString(file).replace("[4]", "[2]"));
    assertThatThrownBy(() -> FinishedRun.of(folder.resolve("one")))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("line 3 does not fit the chain");
  }
}
