package palimpsest.discovery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import palimpsest.api.Finding;
import palimpsest.api.Objective;
import palimpsest.api.Release;
import palimpsest.api.Request;
import palimpsest.api.Target;

/** Makes corpora, requests and copies for the tests. */
final class Planted {
  private static final String[] SYLLABLES = {
    "ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu"
  };

  private Planted() {}

  static Path write(Path folder, String name, String content) {
    try {
      return Files.write(folder.resolve(name), content.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Corpus texts(Path folder, List<String> texts) {
    StringBuilder lines = new StringBuilder();
    for (String text : texts) {
      lines.append("{\"text\":").append(quoted(text)).append("}\n");
    }
    return Corpus.read(List.of(write(folder, "texts.jsonl", lines.toString())));
  }

  static String quoted(String text) {
    return com.fasterxml.jackson.databind.node.TextNode.valueOf(text).toString();
  }

  static Request request(List<String> names, List<String> texts, List<String> records) {
    return new Request(
        "REQ-1",
        "a test",
        Request.Reason.PRIVACY,
        Objective.BOTH,
        Release.HOSTED,
        new Target(Target.Kind.OBSERVED, names, texts, records),
        "");
  }

  static List<Finding> find(Corpus corpus, Request request) {
    return Finder.find(request, corpus, FindOptions.defaults());
  }

  /** A made-up word; words of low rank are drawn far more often, as in speech. */
  static String word(SplittableRandom random) {
    int rank = (int) Math.pow(20_000, random.nextDouble());
    StringBuilder word = new StringBuilder();
    for (int r = rank; r > 0 || word.length() == 0; r /= SYLLABLES.length) {
      word.append(SYLLABLES[r % SYLLABLES.length]);
    }
    return word.toString();
  }

  static String words(SplittableRandom random, int n) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      words.add(word(random));
    }
    return String.join(" ", words);
  }

  /** Changes {@code share} of the words, rounded: replaced, deleted or with one put before them. */
  static String change(SplittableRandom random, String text, double share) {
    List<String> words = new ArrayList<>(Arrays.asList(text.split(" ")));
    long changes = Math.round(share * words.size());
    List<Integer> places = new ArrayList<>();
    while (places.size() < changes) {
      int at = random.nextInt(words.size());
      if (!places.contains(at)) {
        places.add(at);
      }
    }
    for (int at : places) {
      int kind = random.nextInt(4);
      words.set(at, kind < 2 ? word(random) : kind == 2 ? "" : word(random) + " " + words.get(at));
    }
    return String.join(" ", words).replaceAll(" +", " ").strip();
  }
}
