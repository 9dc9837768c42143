package palimpsest.methods.llm;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.methods.StagedMethod;
import palimpsest.testkit.StagedContract;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;

/** The contract of every method in stages. */
@ParameterizedClass
@MethodSource("methods")
class StagedContractTest extends StagedContract {
  private final StagedMethod staged;

  StagedContractTest(StagedMethod staged) {
    this.staged = staged;
  }

  static Stream<StagedMethod> methods() {
    return Stream.concat(
        LlmMethods.all().stream()
            .filter(StagedMethod.class::isInstance)
            .map(StagedMethod.class::cast),
        Stream.of(new Undo(0, 0.5, 0.2, 1, 3, 2)));
  }

  @Override
  protected Subject subject() {
    return new Staged(staged);
  }

  private record Staged(StagedMethod method) implements Subject {
    @Override
    public int steps(int forget, int retain) {
      return method.steps(RECIPE, forget, retain);
    }

    @Override
    public int change(Llama model, List<TokenizedExample> forget, List<TokenizedExample> retain) {
      List<TokenizedExample> unanswerable =
          List.of(
              new TokenizedExample(new int[] {9, 8, 7, 1}, 3),
              new TokenizedExample(new int[] {30, 4, 1}, 2));
      return new StagesRig(model, forget, retain, unanswerable, RECIPE).run(method).steps;
    }
  }
}
