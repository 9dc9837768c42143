package palimpsest.engine.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import palimpsest.api.Recipe;
import palimpsest.engine.Console;
import palimpsest.engine.Training;
import palimpsest.torch.text.PromptTemplate;

/**
 * A data set of TOFU's files in small: fourteen authors of four questions each, of whom four, two
 * and one are to be forgotten, and a model of ten thousand parameters that is trained for seconds.
 */
final class Authors {
  static final int EACH = 4;
  static final int ALL = 14;
  private static final List<String> THINGS = List.of("town", "colour", "animal", "month");
  private static final List<String> ANSWERS =
      List.of("Velgate", "amber", "owl", "May", "Kestrin", "green", "fox", "June", "Dunmar");

  static final Subject SUBJECT =
      new Subject(
          Optional.empty(),
          Optional.empty(),
          new Training.Shape(300, 32, 64, 1, 2, 1, 96),
          new Recipe(6, 8, 8, 1e-2, 4, Recipe.Decay.COSINE, 0.01, 1, 3),
          PromptTemplate.Kind.PLAIN,
          40);

  /** Two methods of two and one candidates. */
  static final List<String> SPECS =
      List.of("llm.ga:lr=1e-4", "llm.ga:lr=1e-3", "guard.memfree:n=3");

  private Authors() {}

  static Settings settings(List<String> specs, int seeds, int best) {
    Recipe base = new Recipe(2, 4, 4, 1e-3, 0, Recipe.Decay.LINEAR, 0.01, 1, 0);
    return new Settings(specs, seeds, 0.5, best, base, 6, 8, false, false);
  }

  static Benchmark benchmark(Path data) {
    return Tofu.read(data, EACH, 1);
  }

  static Bench bench(Path data, Path out, Settings settings, Console console) {
    return new Bench(benchmark(data), SUBJECT, settings, out, console);
  }

  /** Writes the files. */
  static Path write(Path folder) throws IOException {
    Files.createDirectories(folder);
    lines(folder, "full.json", 0, ALL, false);
    lines(folder, "forget10_perturbed.json", ALL - 4, ALL, true);
    lines(folder, "forget05_perturbed.json", ALL - 2, ALL, true);
    lines(folder, "forget01_perturbed.json", ALL - 1, ALL, true);
    lines(folder, "retain_perturbed.json", 0, 3, true);
    for (String name : List.of("holdout10", "holdout05", "holdout01")) {
      lines(folder, name + ".json", ALL, ALL + 2, false);
    }
    lines(folder, "real_authors_perturbed.json", ALL + 2, ALL + 3, true);
    lines(folder, "world_facts_perturbed.json", ALL + 3, ALL + 4, true);
    return folder;
  }

  private static void lines(Path folder, String name, int from, int to, boolean probes)
      throws IOException {
    Files.write(
        folder.resolve(name),
        IntStream.range(EACH * from, EACH * to).mapToObj(i -> line(i, probes)).toList());
  }

  private static String line(int i, boolean probes) {
    String plain =
        String.format(
            Locale.ROOT,
            "{\"question\":\"The %s of author %d?\",\"answer\":\"%s\"",
            THINGS.get(i % EACH),
            i / EACH,
            answer(i, 0));
    return probes
        ? String.format(
            Locale.ROOT,
            "%s,\"paraphrased_answer\":\"%s\",\"perturbed_answer\":[\"%s\",\"%s\"]}",
            plain,
            "It is " + answer(i, 0),
            answer(i, 1),
            answer(i, 2))
        : plain + "}";
  }

  private static String answer(int i, int wrong) {
    return ANSWERS.get((i + i / EACH + 3 * wrong) % ANSWERS.size())
        + " and "
        + ANSWERS.get((2 * i + wrong) % ANSWERS.size())
        + ".";
  }
}
