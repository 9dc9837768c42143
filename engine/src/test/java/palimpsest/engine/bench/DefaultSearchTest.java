package palimpsest.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import palimpsest.engine.BuiltInMethods;
import palimpsest.engine.Choice;

class DefaultSearchTest {
  private static final List<String> SPECS = DefaultSearch.specs();

  private static Set<String> methods() {
    return SPECS.stream().map(spec -> spec.split(":")[0]).collect(Collectors.toSet());
  }

  /** Settings refuse a spec that does not parse or is there twice. */
  @Test
  void specs_areOfEveryMethodButTheExactOnes() {
    Settings settings = new Settings(SPECS, 3, 0.8, 5, Choice.RECIPE, 64, 200, false, false);
    Set<String> all = new HashSet<>();
    BuiltInMethods.all().forEach(method -> all.add(method.id()));
    all.removeIf(id -> id.startsWith("exact."));

    assertThat(settings.candidates().keySet()).isEqualTo(all);
    assertThat(methods()).isEqualTo(all);
  }

  @Test
  void documentation_countsThem() throws IOException {
    assertThat(Files.readString(Path.of("../docs/benchmarks.md")).replaceAll("\\s+", " "))
        .contains(SPECS.size() + " candidates of " + methods().size() + " methods");
  }
}
