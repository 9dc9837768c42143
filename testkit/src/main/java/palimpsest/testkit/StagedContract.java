package palimpsest.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import palimpsest.api.Recipe;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;

/**
 * What every method in stages owes its users: extend this in a test of the method and say which
 * one.
 *
 * <p>The method is seen through {@link Subject}, since this module lies below the methods. What it
 * declares of itself is held to {@link DeclarationContract}.
 */
@ExtendWith(LeakCheck.class)
public abstract class StagedContract {
  private static final int EXAMPLES = 4;

  /** How it descends here. */
  public static final Recipe RECIPE =
      new Recipe(2, 2, 1, 1e-3, 0, Recipe.Decay.CONSTANT, 0.01, 1, 9);

  /** A method's work. */
  public interface Subject {
    /** Optimiser steps by {@link #RECIPE} that it foretells. */
    int steps(int forget, int retain);

    /** Changes the model in place by {@link #RECIPE}; gives the optimiser steps taken. */
    int change(Llama model, List<TokenizedExample> forget, List<TokenizedExample> retain);
  }

  private final List<TokenizedExample> forget = RandomExamples.of(EXAMPLES, 3);
  private final List<TokenizedExample> retain = RandomExamples.of(EXAMPLES + 3, 4);
  private Llama model;

  /** The method under test. */
  protected abstract Subject subject();

  @BeforeEach
  final void open() {
    model = TinyModels.llama(1);
  }

  @AfterEach
  final void close() {
    model.close();
  }

  @Test
  void change_twiceFromOneSeed_sameDigestAndAnotherThanBefore() {
    String once = changed();
    assertThat(changed()).isEqualTo(once).isNotEqualTo(model.weights().digest());
  }

  private String changed() {
    try (Llama copy = model.copy()) {
      subject().change(copy, forget, retain);
      return copy.weights().digest();
    }
  }

  @Test
  void steps_foretold_areThoseThatItTakes() {
    try (Llama copy = model.copy()) {
      assertThat(subject().change(copy, forget, retain))
          .isEqualTo(subject().steps(forget.size(), retain.size()));
    }
  }
}
