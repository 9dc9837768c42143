package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Recipe;
import palimpsest.methods.llm.Npo;

class ChoiceTest {
  private static final Recipe BASE = new Recipe(5, 8, 4, 1e-4, 0, Recipe.Decay.LINEAR, 0.01, 1, 7);

  @Test
  void parse_idAlone_hasDefaultsAndTheBaseRecipe() {
    Choice choice = Choice.parse("llm.npo", BASE);
    assertThat(choice).isEqualTo(new Choice(Npo.defaults(), BASE));
  }

  @Test
  void parse_parametersAndRecipe_goWhereTheyBelong() {
    Choice choice = Choice.parse("llm.npo:beta=0.5,lr=2e-5,epochs=3,batch=16,seed=9", BASE);
    assertThat(choice.method().parameters()).containsEntry("beta", 0.5);
    assertThat(choice.recipe())
        .isEqualTo(new Recipe(3, 16, 4, 2e-5, 0, Recipe.Decay.LINEAR, 0.01, 1, 9));
  }

  /** A value that happens to be the base's is taken as given, not as a hyper-parameter. */
  @Test
  void parse_recipeValueOfTheBase_isNoParameterOfTheMethod() {
    assertThat(Choice.parse("llm.npo:epochs=5", BASE).recipe()).isEqualTo(BASE);
  }

  /** The seed is the run's: what a method draws changes with it, as a grid's seeds must show. */
  @Test
  void parse_methodThatDraws_drawsFromTheSeedOfTheRun() {
    assertThat(Choice.parse("llm.rmu", BASE).method().parameters()).containsEntry("seed", 7.0);
    Choice given = Choice.parse("llm.rmu:seed=9", BASE);
    assertThat(given.method().parameters()).containsEntry("seed", 9.0);
    assertThat(given.recipe().seed()).isEqualTo(9);
  }

  /** A guard takes no step, and yet there is something to draw. */
  @Test
  void parse_guardThatDraws_takesASeed() {
    assertThat(Choice.parse("guard.eco:seed=9", BASE).method().parameters())
        .containsEntry("seed", 9.0);
    assertThat(Choice.parse("llm.npo:decay=cosine", BASE).recipe().decay())
        .isEqualTo(Recipe.Decay.COSINE);
  }

  /** Whether there is a retain loss follows from the weight that was given, not from the usual. */
  @Test
  void parse_retainWeightGiven_decidesWhetherAWrapperFits() {
    assertThat(Choice.parse("llm.flat:retainWeight=1,gru=0.8", BASE).label())
        .isEqualTo("llm.flat+gru");
    for (String word : new String[] {"gru=0.8", "retain=kl"}) {
      assertThatThrownBy(() -> Choice.parse("llm.npo:retainWeight=0," + word, BASE))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("has no retain loss");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llm.npoo|did you mean \"llm.npo\"",
        "llm.npo:|wanted name=value",
        "llm.npo:beta|wanted name=value",
        "llm.npo:beta=much|is not a number",
        "llm.npo:beta=-1|beta",
        "llm.npo:beta=NaN|beta",
        "llm.npo:beat=1|beat",
        "llm.npo:beta=1,beta=2|given twice",
        "llm.npo:epochs=1.5|whole number",
        "llm.npo:epochs=0|at least 1",
        "llm.npo:lr=0|learning rate must be > 0",
        "guard.memfree:n=2.5|whole number",
        "guard.memfree:lr=1|do not apply",
        "exact.retrain:epochs=9|do not apply",
        "llm.lunar:lr=1|do not apply",
        "guard.memfree:seed=1|do not apply",
        "llm.npo:decay=slow|wanted constant, linear or cosine",
        "llm.npo:train=|must be named",
        "llm.npo:lora-rank=0|lora-rank must be at least 1",
        "llm.npo:lora-rank=8,train=all|wanted train=lora",
        "llm.npo:train=all,lora-rank=8|wanted train=lora",
        "llm.npo:lora-rank=8,train=model.norm.weight|wanted train=lora",
        "llm.npo:train=model.norm.weight,lora-alpha=1|wanted train=lora",
        "llm.npo:gru=2|gru must be below 1",
        "llm.npo:gru=0.5,sam=0.1|wanted one of them",
        "llm.npo:optimiser=sgd|wanted adamw or sign",
        "llm.npo:retain=hidden:-2|layer must be at least -1",
        "llm.npo:retain=hidden:x|is not a number",
      })
  void parse_wrong_saysWhat(String text, String message) {
    assertThatThrownBy(() -> Choice.parse(text, BASE))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining(message);
  }
}
