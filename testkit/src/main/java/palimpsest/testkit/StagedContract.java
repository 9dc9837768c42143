package palimpsest.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import palimpsest.api.Guarantee;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.api.Recipe;
import palimpsest.torch.llm.Llama;
import palimpsest.torch.text.TokenizedExample;

/**
 * What every method in stages owes its users: extend this in a test of the method and say which
 * one.
 *
 * <p>The method is seen through {@link Subject}, since this module lies below the methods.
 */
@ExtendWith(LeakCheck.class)
public abstract class StagedContract {
  private static final int EXAMPLES = 4;

  /** How it descends here. */
  public static final Recipe RECIPE =
      new Recipe(2, 2, 1, 1e-3, 0, Recipe.Decay.CONSTANT, 0.01, 1, 9);

  /** A method and its work. */
  public interface Subject {
    Method method();

    /** Optimiser steps by {@link #RECIPE} that it foretells. */
    int steps(int forget, int retain);

    /** Changes the model in place by {@link #RECIPE}; gives the optimiser steps taken. */
    int change(Llama model, List<TokenizedExample> forget, List<TokenizedExample> retain);
  }

  private final List<TokenizedExample> forget = data(3, EXAMPLES);
  private final List<TokenizedExample> retain = data(4, EXAMPLES + 3);
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
  void id_isFamilyDotName() {
    assertThat(method().id()).matches("[a-z0-9]+\\.[a-z0-9]+(-[a-z0-9]+)*");
  }

  @Test
  void guarantee_isApproximate_nothingWasProved() {
    assertThat(method().guarantee()).isEqualTo(Guarantee.APPROXIMATE);
  }

  @Test
  void words_meaningAndLimits_areGiven() {
    assertThat(method().meaning()).isNotBlank();
    assertThat(method().about().parameters().keySet()).isEqualTo(method().parameters().keySet());
    assertThat(method().about().fidelity()).matches("(faithful|variant|simplified|own)\\b.*");
    assertThat(method().cannotShow()).isNotEmpty().allSatisfy(s -> assertThat(s).isNotBlank());
  }

  @Test
  void with_oneParameter_changesOnlyIt() {
    Map<String, Double> parameters = method().parameters();
    assertThat(method().with(parameters)).isEqualTo(method());
    parameters.forEach(
        (name, value) -> {
          double other = value == Math.rint(value) ? value + 1 : value / 2;
          Map<String, Double> changed = method().with(Map.of(name, other)).parameters();
          assertThat(changed).containsEntry(name, other).hasSameSizeAs(parameters);
          changed.remove(name);
          assertThat(parameters).containsAllEntriesOf(changed);
        });
  }

  @Test
  void with_unknownNameOrNoNumber_isRefusedInOneLine() {
    assertRefused("noSuchParameter", 1);
    for (String name : method().parameters().keySet()) {
      assertRefused(name, Double.NaN);
      assertRefused(name, Double.POSITIVE_INFINITY);
      assertRefused(name, Double.NEGATIVE_INFINITY);
    }
  }

  private void assertRefused(String name, double value) {
    InvalidRequest refusal =
        catchThrowableOfType(InvalidRequest.class, () -> method().with(Map.of(name, value)));
    assertThat(refusal).as("%s = %s", name, value).isNotNull();
    assertThat(refusal.getMessage()).contains(name).doesNotContain("\n");
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
  void steps_areThoseThatItTakes() {
    try (Llama copy = model.copy()) {
      assertThat(subject().change(copy, forget, retain))
          .isEqualTo(subject().steps(forget.size(), retain.size()));
    }
  }

  private Method method() {
    return subject().method();
  }

  private static List<TokenizedExample> data(long seed, int count) {
    Random random = new Random(seed);
    List<TokenizedExample> data = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] ids = random.ints(6 + random.nextInt(8), 0, TinyModels.CONFIG.vocabSize()).toArray();
      data.add(new TokenizedExample(ids, 2 + random.nextInt(3)));
    }
    return data;
  }
}
