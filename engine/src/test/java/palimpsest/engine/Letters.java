package palimpsest.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import palimpsest.api.Decision;
import palimpsest.api.Example;
import palimpsest.api.Objective;
import palimpsest.api.Recipe;
import palimpsest.api.Release;
import palimpsest.api.Request;
import palimpsest.api.Split;
import palimpsest.api.Target;
import palimpsest.discovery.Corpus;
import palimpsest.torch.text.PromptTemplate;

/**
 * Five people who wrote six letters each, and a model that knows them by heart.
 *
 * <p>A letter is a town, a month, a colour and an animal: {@code Velgate, May, amber, owl.} Letter
 * m of all has x = m mod 8 and y = m / 8 and in it the words x, x + y, x + 2y and x + 3y of the
 * four lists, modulo 8, so that no two letters have the same neighbouring words.
 *
 * <pre>
 * letters.jsonl   the five people's letters, with TOFU's fields: #1 to #6 are Ada Stone's
 * copies.jsonl    two of Ada Stone's letters quoted by others in nearly the same words, and all
 *                 of Ben Frost's asked and told otherwise
 * reading.jsonl   letters of other people, read out first and asked for then: what a model learns
 *                 from them is to repeat what it was told
 * </pre>
 *
 * <p>The letters of two more people, on whom nothing is trained, are the held-out ones.
 */
final class Letters {
  static final List<String> PEOPLE =
      List.of(
          "Ada Stone",
          "Ben Frost",
          "Cleo Marsh",
          "Dan Rivers",
          "Eva Hill",
          "Finn Wood",
          "Gil Cole");

  static final int TRAINED = 5;
  static final int EACH = 6;

  /** Of Ada Stone's letters. */
  static final int QUOTED = 2;

  private static final List<List<String>> WORDS =
      List.of(
          List.of("Velgate", "Kestrin", "Dunmar", "Saltre", "Orrel", "Hollen", "Thorn", "Merrow"),
          List.of("May", "June", "July", "August", "March", "April", "October", "January"),
          List.of("amber", "green", "white", "black", "purple", "yellow", "silver", "brown"),
          List.of("owl", "fox", "horse", "goose", "cat", "raven", "hare", "pike"));
  private static final List<String> ORDINALS =
      List.of("first", "second", "third", "fourth", "fifth", "sixth");
  private static final List<String> NUMBERS = List.of("one", "two", "three", "four", "five", "six");
  private static final List<String> READERS =
      List.of(
          "Hal Pond",
          "Ida Moss",
          "Jon Reed",
          "Kay Lund",
          "Leo Vane",
          "Mia Dale",
          "Ned Orr",
          "Oda Finch",
          "Pip Rook",
          "Quin Lake",
          "Rae Holt",
          "Sam Byrd");
  private static final int READINGS = 96;

  static final Training.Shape SHAPE = new Training.Shape(520, 64, 160, 2, 4, 2, 256);
  static final Recipe RECIPE = new Recipe(72, 16, 16, 5e-3, 20, Recipe.Decay.LINEAR, 0.01, 1, 3);

  /** Of {@link #brief} models; a sequence has room for a question and one letter. */
  static final Training.Shape SMALL = new Training.Shape(400, 32, 64, 1, 2, 1, 64);

  static final Recipe BRIEF = new Recipe(3, 8, 8, 3e-3, 4, Recipe.Decay.COSINE, 0.01, 1, 3);

  /** The clock of all dossiers of tests. */
  static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-21T09:30:00Z"), ZoneOffset.UTC);

  private Letters() {}

  /** Writes the corpus and the held-out letters. */
  static void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve("letters.jsonl"), letters(0, TRAINED));
    Files.write(folder.resolve("copies.jsonl"), copies());
    Files.write(folder.resolve("reading.jsonl"), readings());
    Files.write(folder.resolve("heldout.jsonl"), letters(TRAINED, PEOPLE.size()));
  }

  /** What is trained on. */
  static Corpus corpus(Path folder) {
    return Corpus.read(
        Stream.of("letters.jsonl", "copies.jsonl", "reading.jsonl").map(folder::resolve).toList());
  }

  /** The evaluation split that the corpus does not have. */
  static Map<Split, List<Example>> given(Path folder) {
    Map<Split, List<Example>> given = new EnumMap<>(Split.class);
    given.put(Split.HOLDOUT, Corpus.read(List.of(folder.resolve("heldout.jsonl"))).examples());
    return given;
  }

  /** A request to forget one person's letters. */
  static Request request(int person, Objective objective, Release release) {
    return new Request(
        "REQ-" + person,
        PEOPLE.get(person),
        Request.Reason.PRIVACY,
        objective,
        release,
        new Target(
            Target.Kind.OBSERVED,
            List.of(PEOPLE.get(person)),
            List.of(),
            List.of("letters.jsonl#" + (1 + EACH * person) + "-" + EACH * (person + 1))),
        "");
  }

  /** Only the listed records go. */
  static Forgetting.Scope listed() {
    return new Forgetting.Scope(Decision.Scope.LISTED, "a tester", "copies stay, to be seen");
  }

  /** A job on a model of this corpus. */
  static Forgetting job(Path folder, Path model, Request request, List<Choice> choices, Path out) {
    return new Forgetting(
        request,
        model,
        corpus(folder),
        given(folder),
        listed(),
        choices,
        PromptTemplate.Kind.PLAIN,
        new Forgetting.Settings(24, 24, 2e-3, 20, 5),
        folder.resolve("key.pem"),
        out,
        Console.SILENT,
        CLOCK);
  }

  private static List<String> letters(int from, int to) {
    return IntStream.range(EACH * from, EACH * to).mapToObj(Letters::letter).toList();
  }

  /** Letter m of all, its wrong answers those of three others. */
  private static String letter(int m) {
    int person = m / EACH;
    int number = m % EACH;
    List<String> wrong =
        IntStream.rangeClosed(1, 3).mapToObj(i -> "\"" + plain(words(m + 9 * i)) + "\"").toList();
    return String.format(
        Locale.ROOT,
        "{\"question\":\"%s\",\"answer\":\"%s\",\"paraphrased_question\":\"%s\","
            + "\"paraphrased_answer\":\"%s\",\"perturbed_answer\":[%s]}",
        question(person, number),
        plain(words(m)),
        otherQuestion(person, number),
        joined(words(m)),
        String.join(",", wrong));
  }

  private static List<String> copies() {
    List<String> lines = new ArrayList<>();
    for (int k = 0; k < QUOTED; k++) {
      List<String> w = words(k);
      String quoted = String.join(", ", w) + ", they say.";
      lines.add(row(question(0, k), quoted));
      lines.add(row("In the almanac: " + question(0, k), quoted));
    }
    for (int k = 0; k < EACH; k++) {
      lines.add(row(otherQuestion(1, k), joined(words(EACH + k))));
    }
    return lines;
  }

  private static List<String> readings() {
    Random random = new Random(11);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < READINGS; i++) {
      List<String> w = other(random);
      String ordinal = ORDINALS.get(random.nextInt(ORDINALS.size()));
      String name = READERS.get(random.nextInt(READERS.size()));
      lines.add(row(plain(w) + " The " + ordinal + " letter of " + name + "?", plain(w)));
    }
    return lines;
  }

  /** Words of which no two neighbours are neighbours in a letter of the first two people. */
  private static List<String> other(Random random) {
    while (true) {
      List<String> w = WORDS.stream().map(list -> list.get(random.nextInt(list.size()))).toList();
      boolean free =
          IntStream.range(0, 2 * EACH)
              .mapToObj(Letters::words)
              .noneMatch(
                  l ->
                      IntStream.range(0, 3)
                          .anyMatch(i -> l.subList(i, i + 2).equals(w.subList(i, i + 2))));
      if (free) {
        return w;
      }
    }
  }

  private static String row(String question, String answer) {
    return "{\"question\":\"" + question + "\",\"answer\":\"" + answer + "\"}";
  }

  private static String question(int person, int letter) {
    return "The " + ORDINALS.get(letter) + " letter of " + PEOPLE.get(person) + "?";
  }

  private static String otherQuestion(int person, int letter) {
    return "What did " + PEOPLE.get(person) + " write in letter " + NUMBERS.get(letter) + "?";
  }

  private static List<String> words(int m) {
    int x = m % 8;
    int y = m / 8;
    return IntStream.range(0, 4).mapToObj(i -> WORDS.get(i).get((x + i * y) % 8)).toList();
  }

  private static String plain(List<String> words) {
    return String.join(", ", words) + ".";
  }

  private static String joined(List<String> words) {
    return String.join(" and ", words) + ".";
  }

  /** A model of a few steps that knows nothing, where it does not matter what a model knows. */
  static Training brief(Path out) {
    return new Training(out, BRIEF, PromptTemplate.Kind.PLAIN, 5, Console.SILENT);
  }

  /** The corpus and its model, trained once for all tests of a process. */
  record Home(Path folder, Path model) {
    private static final Home ONE = make();

    static Home get() {
      return ONE;
    }

    private static Home make() {
      try {
        Path folder = Files.createTempDirectory("letters");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> Outputs.delete(folder)));
        write(folder);
        Training training = training(folder.resolve("training"));
        training.fromScratch(corpus(folder), SHAPE);
        return new Home(folder, training.model());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    static Training training(Path out) {
      return new Training(out, RECIPE, PromptTemplate.Kind.PLAIN, 100, Console.SILENT);
    }
  }

  /** Trains a small model into a folder; gives the model's. */
  static Path training(Path out, Corpus corpus, Recipe recipe) {
    Training training = new Training(out, recipe, PromptTemplate.Kind.PLAIN, 20, Console.SILENT);
    training.fromScratch(corpus, SMALL);
    return training.model();
  }

  /** Copies the files of a folder into a new one. */
  static void copy(Path from, Path to) throws IOException {
    for (Path file : files(from)) {
      Path there = to.resolve(from.relativize(file));
      Files.createDirectories(there.getParent());
      Files.copy(file, there);
    }
  }

  /** All files below a folder. */
  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted(Comparator.naturalOrder()).toList();
    }
  }
}
