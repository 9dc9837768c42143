package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.Finding;
import palimpsest.api.Objective;
import palimpsest.api.Release;
import palimpsest.api.Request;
import palimpsest.api.Target;
import palimpsest.discovery.Corpus;
import palimpsest.discovery.FindOptions;
import palimpsest.discovery.Finder;
import palimpsest.discovery.Requests;
import palimpsest.engine.world.World;

/**
 * The search against a world whose copies are known.
 *
 * <p>A planted span is found if a finding of its record and field covers at least half of it. A
 * finding is right if at least half of it lies in spans of its subjects that are to be found:
 * planted copies, mentions of the name, or the subjects' own records, prompts included, for what is
 * said in one of a person's own records about the same fact as in another is a finding too. Whose
 * record was found for another person's request is wrong.
 */
class FindOnWorldTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path folder;

  private static Corpus corpus;
  private static List<Span> truth;

  /** A place to be found. */
  private record Span(
      String kind, String subject, String record, String field, int start, int end) {
    int shared(Finding f) {
      return record.equals(f.exampleId()) && field.equals(f.field())
          ? Math.max(0, Math.min(end, f.end()) - Math.max(start, f.start()))
          : 0;
    }
  }

  /** Counts over all searches. */
  private static final class Tally {
    final Map<String, int[]> found = new LinkedHashMap<>();
    final List<String> missed = new ArrayList<>();
    final List<String> wrong = new ArrayList<>();
    int findings;

    void add(Set<String> subjects, List<Finding> all) {
      List<Span> spans = truth.stream().filter(s -> subjects.contains(s.subject())).toList();
      for (Span span : spans) {
        int[] count = found.computeIfAbsent(span.kind(), k -> new int[2]);
        count[1]++;
        if (all.stream().anyMatch(f -> 2 * span.shared(f) >= span.end() - span.start())) {
          count[0]++;
        } else {
          missed.add(span.toString());
        }
      }
      findings += all.size();
      for (Finding f : all) {
        if (!right(f, spans)) {
          wrong.add(f.toString());
        }
      }
    }

    private static boolean right(Finding f, List<Span> spans) {
      boolean own =
          spans.stream()
              .anyMatch(s -> s.kind().equals("listed") && s.record().equals(f.exampleId()));
      return own || spans.stream().anyMatch(s -> 2 * s.shared(f) >= f.end() - f.start());
    }

    double recall(String kind) {
      return (double) found.get(kind)[0] / found.get(kind)[1];
    }

    double precision() {
      return 1 - (double) wrong.size() / findings;
    }

    String figures() {
      StringBuilder text = new StringBuilder();
      found.forEach((k, n) -> text.append(k + " " + n[0] + " of " + n[1] + "; "));
      return text
          + String.format(
              Locale.ROOT,
              "findings %d, wrong %d; missed %s; wrong %s",
              findings,
              wrong.size(),
              missed,
              wrong.stream().limit(10).toList());
    }
  }

  @BeforeAll
  static void write() throws IOException {
    World.generate(7).writeTo(folder);
    try (Stream<Path> files = Files.list(folder.resolve("corpus"))) {
      corpus = Corpus.read(files.sorted().toList());
    }
    truth =
        Files.readAllLines(folder.resolve("truth.jsonl")).stream()
            .map(FindOnWorldTest::span)
            .toList();
  }

  private static Span span(String line) {
    try {
      JsonNode n = JSON.readTree(line);
      return new Span(
          n.get("kind").textValue(),
          n.get("subject").textValue(),
          n.get("record").textValue(),
          n.get("field").textValue(),
          n.get("start").intValue(),
          n.get("end").intValue());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void find_quickstartRequest_findsWhatWasPlanted() {
    Request request = Requests.read(folder.resolve("request.json"));
    Tally tally = new Tally();
    tally.add(
        new LinkedHashSet<>(request.target().names()),
        Finder.find(request, corpus, FindOptions.defaults()));
    requireGood(tally);
  }

  /** Twelve authors are copied elsewhere; each asks alone. */
  @Test
  void find_eachCopiedAuthor_findsWhatWasPlanted() {
    Tally tally = new Tally();
    for (String subject : copied()) {
      tally.add(Set.of(subject), Finder.find(request(subject), corpus, FindOptions.defaults()));
    }
    assertThat(copied()).hasSize(12);
    requireGood(tally);
  }

  /**
   * Only by records, so no name gives a copy away, and none tells one person's sentence from the
   * same sentence of another's: half of what is found is other people's in the same template.
   */
  @Test
  void find_byRecordsAlone_findsTheCopiesAndTemplatesToo() {
    Tally tally = new Tally();
    for (String subject : copied()) {
      Request named = request(subject);
      Target target =
          new Target(Target.Kind.OBSERVED, List.of(), List.of(), named.target().records());
      Request request =
          new Request(
              named.id(),
              named.requester(),
              named.reason(),
              named.objective(),
              named.release(),
              target,
              "");
      tally.add(Set.of(subject), Finder.find(request, corpus, FindOptions.defaults()));
    }
    requireFound(tally);
    assertThat(tally.precision()).as(tally.figures()).isGreaterThan(0.45);
  }

  private static void requireGood(Tally tally) {
    requireFound(tally);
    assertThat(tally.recall("name")).as(tally.figures()).isEqualTo(1);
    assertThat(tally.precision()).as(tally.figures()).isGreaterThanOrEqualTo(0.95);
  }

  private static void requireFound(Tally tally) {
    String figures = tally.figures();
    assertThat(tally.recall("listed")).as(figures).isEqualTo(1);
    assertThat(tally.recall("exact")).as(figures).isEqualTo(1);
    assertThat(tally.recall("normalised")).as(figures).isEqualTo(1);
    assertThat(tally.recall("near-duplicate")).as(figures).isGreaterThanOrEqualTo(0.95);
  }

  private static Set<String> copied() {
    Set<String> subjects = new LinkedHashSet<>();
    truth.stream().filter(s -> s.kind().equals("exact")).forEach(s -> subjects.add(s.subject()));
    return subjects;
  }

  private static Request request(String subject) {
    List<String> records =
        truth.stream()
            .filter(s -> s.kind().equals("listed") && s.subject().equals(subject))
            .map(Span::record)
            .toList();
    return new Request(
        "REQ",
        subject,
        Request.Reason.PRIVACY,
        Objective.REMOVAL,
        Release.HOSTED,
        new Target(Target.Kind.OBSERVED, List.of(subject), List.of(), records),
        "");
  }
}
