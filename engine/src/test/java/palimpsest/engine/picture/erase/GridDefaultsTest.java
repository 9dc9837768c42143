package palimpsest.engine.picture.erase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Method;
import palimpsest.methods.diffusion.Uce;

class GridDefaultsTest {
  private static Method only(String word) {
    return GridDefaults.methods(List.of(word)).get(0);
  }

  @Test
  void methods_ofWords_areTheGridsOwnWithTheseChanges() {
    List<Method> two =
        GridDefaults.methods(List.of(" image.uce", "image.esd:steps=7,learningRate=3e-4,batch=2"));
    assertThat(two.get(0)).isEqualTo(Uce.defaults());
    assertThat(two.get(1).id()).isEqualTo("image.esd");
    assertThat(two.get(1).parameters())
        .containsEntry("steps", 7.0)
        .containsEntry("learningRate", 3e-4)
        .containsEntry("batch", 2.0)
        .containsEntry("drawSteps", 20.0); // the grid's short one, where the paper's is longer
    assertThat(only("image.spm:warmup=3").parameters()).containsEntry("warmup", 3.0);
  }

  @Test
  void methods_ofWrongWords_areRefused_sayingWhatIsWrong() {
    for (List<String> each :
        List.of(
            List.of("image.uc", "unknown method \"image.uc\"; did you mean \"image.uce\"?"),
            List.of("llm.npo", "unknown method \"llm.npo\""),
            List.of("image.esd:stesp=3", "image.esd has no parameter \"stesp\""),
            List.of("image.esd:steps", "wanted name=value after the colon, got \"steps\""),
            List.of("image.esd:steps=", "steps is \"\", which is not a number"),
            List.of("image.esd:steps=many", "which is not a number"),
            List.of("image.esd:steps=1.5", "steps must be a whole number"),
            List.of("image.esd:steps=0", "steps must be at least 1"),
            List.of("image.esd:steps=3,steps=4", "steps is given twice"),
            List.of("image.esd:lr=1e-4", "has words of its own for how it descends"),
            List.of("image.uce:lr=1e-4", "does not descend a loss of its own"),
            List.of("", "unknown method \"\""))) {
      assertThatThrownBy(() -> only(each.get(0)))
          .as(each.get(0))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining(each.get(1));
    }
  }

  @Test
  void settings_withoutOptions_haveEveryMethodOnce_andNoSecondRetraining() {
    GridPictures pictures = new GridPictures(Optional.empty(), 1, 1, List.of(), List.of());
    GridDefaults defaults = new GridDefaults(pictures, 1);
    GridSettings settings =
        defaults.settings(List.of(Target.parse("style:neon")), GridDefaults.methods(), List.of(1L));
    assertThat(settings.methods().stream().map(Method::id))
        .contains("image.uce", "image.rece", "image.esd", "image.salun", "image.spm")
        .doesNotContain("image.mace-refinement", "exact.retrain")
        .doesNotHaveDuplicates();
    assertThat(settings.floor()).isEmpty();
    assertThat(settings.candidates().get(4)).hasSize(8); // guidance, chosen among
    GridSettings floored = settings.withFloor(77);
    assertThat(floored.shared()).isEqualTo(settings.shared());
    assertThat(floored.words()).containsEntry("floor", "retrained with seed 77");
    long own = settings.recipe().descent().seed();
    assertThatThrownBy(() -> settings.withFloor(own))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("needs another seed than the model's");
  }
}
