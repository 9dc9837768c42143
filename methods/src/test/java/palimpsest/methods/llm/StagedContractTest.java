package palimpsest.methods.llm;

import java.util.List;
import org.junit.jupiter.api.Nested;
import palimpsest.methods.StagedMethod;
import palimpsest.testkit.StagedContract;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;

/** The contract of every method in stages, one class a method. */
class StagedContractTest {

  @Nested
  class TaskVectorContract extends StagedContract {
    @Override
    protected Subject subject() {
      return new Staged(TaskVector.defaults());
    }
  }

  @Nested
  class UndoContract extends StagedContract {
    @Override
    protected Subject subject() {
      return new Staged(Undo.defaults());
    }
  }

  @Nested
  class UndoOfManyEpochsContract extends StagedContract {
    @Override
    protected Subject subject() {
      return new Staged(new Undo(0, 0.5, 0.2, 1, 3, 2));
    }
  }

  @Nested
  class LunarContract extends StagedContract {
    @Override
    protected Subject subject() {
      return new Staged(Lunar.defaults());
    }
  }

  private record Staged(StagedMethod method) implements StagedContract.Subject {
    @Override
    public int steps(int forget, int retain) {
      return method.steps(StagedContract.RECIPE, forget, retain);
    }

    @Override
    public int change(Llama model, List<TokenizedExample> forget, List<TokenizedExample> retain) {
      List<TokenizedExample> unanswerable =
          List.of(
              new TokenizedExample(new int[] {9, 8, 7, 1}, 3),
              new TokenizedExample(new int[] {30, 4, 1}, 2));
      return new StagesRig(model, forget, retain, unanswerable, StagedContract.RECIPE)
          .run(method)
          .steps;
    }
  }
}
