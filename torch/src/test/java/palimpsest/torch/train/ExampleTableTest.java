package palimpsest.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.text.TokenizedExample;

class ExampleTableTest {
  private static final TokenizedExample A = example(5, 6, 7);
  private static final TokenizedExample B = example(5, 6, 8);
  private static final TokenizedExample C = example(9, 9);

  @TempDir Path folder;

  private static TokenizedExample example(int... ids) {
    return new TokenizedExample(ids, 1);
  }

  private ExampleTable table(Set<Integer> gone) {
    ExampleTable table = new ExampleTable(folder.resolve("run" + gone.size()));
    table.require(List.of(A, B, A, C), gone);
    return table;
  }

  @Test
  void placesOf_aFew_areThoseOfEqualOnesTooInTheirOrder() {
    ExampleTable table = table(Set.of());

    assertThat(table.size()).isEqualTo(4);
    assertThat(table.placesOf(List.of(C, A, A)))
        .containsExactly(List.of(3), List.of(0, 2), List.of(0, 2));
  }

  @Test
  void placesOf_whatStandsAtAnEmptyPlace_areNone() {
    ExampleTable table = table(Set.of(1, 2));

    assertThat(table.placesOf(List.of(A))).containsExactly(List.of(0));
    assertThatThrownBy(() -> table.placesOf(List.of(A, B)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("met nothing like record 2 of those to forget");
  }

  /** Same tokens, but one more of them belongs to the prompt: another example. */
  @Test
  void placesOf_anotherPrompt_areNone() {
    assertThatThrownBy(() -> table(Set.of()).placesOf(List.of(new TokenizedExample(A.ids(), 2))))
        .isInstanceOf(InvalidRequest.class);
  }

  /** What makes the last place the empty one. */
  @Test
  void places_withoutOneOfTwoEqual_emptyTheLast() {
    assertThat(table(Set.of()).places(List.of(B, A, C), TokenizedExample.VACANT).gone())
        .containsExactly(2);
  }
}
