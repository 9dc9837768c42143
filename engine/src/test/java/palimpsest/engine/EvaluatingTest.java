package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.Attack;
import palimpsest.api.Decoding;
import palimpsest.api.Diverged;
import palimpsest.api.Evidence;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.LanguageModel;
import palimpsest.api.Metric;
import palimpsest.api.Place;
import palimpsest.api.Score;
import palimpsest.api.Split;
import palimpsest.api.Trace;
import palimpsest.api.Trial;
import palimpsest.dossier.Attempt;
import palimpsest.metrics.BuiltInMetrics;
import palimpsest.metrics.privacy.GradientNormAuc;
import palimpsest.testkit.TinyModels;
import palimpsest.torch.llm.TextModel;

class EvaluatingTest {
  @TempDir Path folder;

  private static Example example(int line, Example.Probe probe) {
    return new Example(
        "a#" + line, new Place("a", line, 0, 1), "Who is " + line + "?", "Number " + line, probe);
  }

  /** One with everything, one with nothing, one with wrong answers only: none gets another's. */
  @Test
  void evidence_examplesWithUnlikeProbes_haveTheirOwnTraces() {
    List<Example> forget =
        List.of(
            example(1, new Example.Probe("Who?", "It is one", List.of("Number 7", "Number 8"))),
            example(2, Example.Probe.NONE),
            example(3, new Example.Probe(null, null, List.of("Number 9"))));
    Suite suite = new Suite(Map.of(Split.FORGET, forget, Split.RETAIN, List.of()));
    try (TextModel model = TinyModels.text(folder.resolve("tiny"), 1)) {
      Evidence evidence = Evaluating.evidence(model, suite, 4);
      assertThat(evidence.digest()).isEqualTo(model.digest());
      assertThat(evidence.items().keySet()).containsExactly(Split.FORGET);
      List<Evidence.Item> items = evidence.of(Split.FORGET);
      assertThat(items.stream().map(i -> i.paraphrased().size())).containsExactly(1, 0, 0);
      assertThat(items.stream().map(i -> i.perturbed().size())).containsExactly(2, 0, 1);
      for (Evidence.Item item : items) {
        Example e = item.example();
        assertThat(item.answer().logProb()).isEqualTo(alone(model, e));
        for (int i = 0; i < item.perturbed().size(); i++) {
          Example wrong = e.with(e.prompt(), e.probe().perturbedAnswers().get(i));
          assertThat(item.perturbed().get(i).tokens())
              .isEqualTo(model.trace(List.of(wrong)).get(0).tokens());
        }
      }
    }
  }

  private static double[] alone(TextModel model, Example example) {
    return model.trace(List.of(example)).get(0).logProb();
  }

  @Test
  void scores_evidenceKeptOnDisk_areWhatTheyWere() {
    Suite suite =
        new Suite(
            Map.of(
                Split.FORGET, TinyModels.examples("f.jsonl", 3),
                Split.HOLDOUT, TinyModels.examples("h.jsonl", 3)));
    try (TextModel model = TinyModels.text(folder.resolve("tiny"), 1)) {
      Evidence evidence = Evaluating.evidence(model, suite, 4);
      Path file = folder.resolve("evidence.json");
      EvidenceFile.write(file, evidence);
      Map<String, Score> scores =
          Evaluating.scores(evidence, Optional.empty(), Optional.of(evidence));
      assertThat(
              Evaluating.scores(EvidenceFile.read(file), Optional.empty(), Optional.of(evidence)))
          .isEqualTo(scores);
      assertThat(scores.keySet())
          .containsExactlyInAnyOrderElementsOf(
              BuiltInMetrics.all().stream().map(Metric::id).toList());
    }
  }

  @Test
  void evidence_withGradientNorms_hasThemWhereMembershipIsTested() {
    Suite suite =
        new Suite(
            Map.of(
                Split.FORGET, TinyModels.examples("f.jsonl", 2),
                Split.RETAIN, TinyModels.examples("r.jsonl", 1),
                Split.HOLDOUT, TinyModels.examples("h.jsonl", 2)));
    try (TextModel model = TinyModels.text(folder.resolve("tiny"), 1)) {
      Evidence plain = Evaluating.evidence(model, suite, 4);
      Evidence evidence = Evaluating.withGradientNorms(model, plain);
      assertThat(plain.of(Split.FORGET)).allMatch(i -> i.generated() != null);
      assertThat(plain.of(Split.HOLDOUT)).allMatch(i -> i.generated() == null); // only traced
      assertThatThrownBy(() -> plain.of(Split.HOLDOUT).get(0).answered())
          .hasMessage("h.jsonl#1 was traced and not asked");
      assertThat(evidence.of(Split.FORGET)).allMatch(i -> positive(i.gradientNorm()));
      assertThat(evidence.of(Split.HOLDOUT)).allMatch(i -> positive(i.gradientNorm()));
      assertThat(evidence.of(Split.RETAIN)).isEqualTo(plain.of(Split.RETAIN));
      assertThat(evidence.of(Split.FORGET).get(1).answer())
          .isEqualTo(plain.of(Split.FORGET).get(1).answer());
      assertThat(GradientNormAuc.defaults().score(new Trial(evidence, Optional.empty())))
          .isInstanceOf(Score.Measured.class);
    }
  }

  /** The first question is one of MUSE, whose answers end after 32 tokens. */
  @Test
  void evidence_questionsOfMuse_areAnsweredInItsLength() {
    List<Example> plain = TinyModels.examples("f.jsonl", 2);
    List<Example> muse =
        plain.stream()
            .map(
                e ->
                    new Example(
                        e.id(),
                        e.place(),
                        e.prompt(),
                        e.completion(),
                        new Example.Probe(null, null, List.of(), "knowmem")))
            .toList();
    List<Integer> asked = new ArrayList<>();
    LanguageModel model = new Answering(asked);
    List<Example> both = List.of(muse.get(0), plain.get(1));
    Evidence evidence = Evaluating.evidence(model, new Suite(Map.of(Split.FORGET, both)), 48);
    assertThat(asked).containsExactly(32, 48);
    assertThat(evidence.of(Split.FORGET))
        .extracting(Evidence.Item::generated)
        .containsExactly(both.get(0).prompt() + " 32", both.get(1).prompt() + " 48");
  }

  /** Answers with the question and the length that it was given. */
  private record Answering(List<Integer> asked) implements LanguageModel {
    @Override
    public String digest() {
      return "0";
    }

    @Override
    public List<Trace> trace(List<Example> examples) {
      return examples.stream()
          .map(
              e ->
                  new Trace(
                      e.id(),
                      new int[1],
                      new double[1],
                      new boolean[1],
                      new double[1],
                      new double[1]))
          .toList();
    }

    @Override
    public List<List<String>> answer(List<String> prompts, Decoding how) {
      asked.add(how.maxNewTokens());
      return prompts.stream().map(p -> List.of(p + " " + how.maxNewTokens())).toList();
    }
  }

  private static boolean positive(@Nullable Double norm) {
    return norm != null && norm > 0;
  }

  /** Subtask and gradient norm are kept, and evidence written before there were any is read. */
  @Test
  void evidence_fieldsThatMayLack_areKeptOrAbsent() throws IOException {
    Example.Probe probe = new Example.Probe(null, null, List.of("B"), "Task1.sc");
    Trace trace =
        new Trace("a#1", new int[1], new double[1], new boolean[1], new double[1], new double[1]);
    Evidence evidence =
        new Evidence(
            "digest",
            Map.of(
                Split.FORGET,
                List.of(
                    new Evidence.Item(
                        example(1, probe), trace, List.of(), List.of(trace), "", 0.5))));
    Path file = folder.resolve("evidence.json");
    EvidenceFile.write(file, evidence);
    Evidence.Item kept = EvidenceFile.read(file).of(Split.FORGET).get(0);
    assertThat(kept.gradientNorm()).isEqualTo(0.5);
    assertThat(kept.example().probe()).isEqualTo(probe);
    String old =
        Files.readString(file)
            .replace(",\"gradientNorm\":0.5", "")
            .replace(",\"task\":\"Task1.sc\"", "");
    Files.writeString(file, old);
    Evidence.Item without = EvidenceFile.read(file).of(Split.FORGET).get(0);
    assertThat(without.gradientNorm()).isNull();
    assertThat(without.example().probe().task()).isNull();
  }

  /** An attack whose copy diverges, or whose prompt is too long, is undecided with the reason. */
  @Test
  void attempt_attackThatFails_isUndecided() {
    Attack.Situation none =
        new Attack.Situation(
            List.of(), NO_MODEL, NO_MODEL, NO_MODEL, Optional.empty(), NO_RELEARNER, 0);
    for (RuntimeException e :
        List.of(new Diverged("loss is NaN"), new InvalidRequest("prompt is too long"))) {
      Attempt attempt = Attacking.attempt(new Failing(e), none);
      assertThat(attempt.result().broken()).isEmpty();
      assertThat(attempt.result().why()).isEqualTo("could not be carried out: " + e.getMessage());
    }
  }

  private record Failing(RuntimeException with) implements Attack {
    @Override
    public String id() {
      return "attack.failing";
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public String meaning() {
      return "fails";
    }

    @Override
    public Outcome attack(Situation situation) {
      throw with;
    }
  }

  private static final Attack.Relearner NO_RELEARNER =
      (start, examples, steps, every, watch) -> List.of();

  private static final LanguageModel NO_MODEL =
      new LanguageModel() {
        @Override
        public List<Trace> trace(List<Example> examples) {
          return List.of();
        }

        @Override
        public List<List<String>> answer(List<String> prompts, Decoding decoding) {
          return List.of();
        }

        @Override
        public String digest() {
          return "none";
        }
      };
}
