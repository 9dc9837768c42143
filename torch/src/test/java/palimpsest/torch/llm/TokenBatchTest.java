package palimpsest.torch.llm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import palimpsest.torch.text.TokenizedExample;

class TokenBatchTest {

  /**
   * Rows (5 6 7 8) with prompt 2 and (9 8) with prompt 1 make a rectangle of 2 by 4. Labels 7, 8 of
   * row 0 are predicted at flat positions 1 and 2; label 8 of row 1 at 4.
   */
  @Test
  void of_twoLengths_padsRightAndPointsBeforeLabels() {
    TokenBatch batch =
        TokenBatch.of(
            List.of(
                new TokenizedExample(new int[] {5, 6, 7, 8}, 2),
                new TokenizedExample(new int[] {9, 8}, 1)));
    assertThat(batch.rows()).isEqualTo(2);
    assertThat(batch.width()).isEqualTo(4);
    assertThat(batch.ids()).containsExactly(5, 6, 7, 8, 9, 8, 0, 0);
    assertThat(batch.positions()).containsExactly(1, 2, 4);
    assertThat(batch.labels()).containsExactly(7, 8, 8);
    assertThat(batch.lengths()).containsExactly(2, 1);
    assertThat(batch.labelTokens()).isEqualTo(3);
    assertThat(batch.promptEnds()).containsExactly(1, 4);
    assertThat(batch.promptPositions()).containsExactly(0, 1, 4);
  }

  /** Runs of 2, 0 and 1: (1 + 2, 0, 4). */
  @Test
  void sum_consecutiveRuns_byHand() {
    try (PointerScope scope = new PointerScope()) {
      Tensor values = org.bytedeco.pytorch.global.torch.tensor(1f, 2f, 4f);
      float[] sums = new float[3];
      Sequences.sum(values, new int[] {2, 0, 1}).data_ptr_float().get(sums);
      assertThat(sums).containsExactly(3, 0, 4);
    }
  }
}
