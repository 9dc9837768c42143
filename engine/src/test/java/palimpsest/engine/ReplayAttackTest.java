package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.Attack;
import palimpsest.api.Decision;
import palimpsest.api.Example;
import palimpsest.api.Score;
import palimpsest.api.Split;
import palimpsest.discovery.Corpus;
import palimpsest.dossier.Attempt;
import palimpsest.methods.Tuning;
import palimpsest.methods.exact.Replay;
import palimpsest.metrics.attack.BuiltInAttacks;
import palimpsest.torch.text.PromptTemplate;

/**
 * What was replayed from a checkpoint and what was trained from the first step with the same places
 * empty are one model: no membership score and no relearning curve tells them apart.
 */
class ReplayAttackTest {
  private static final List<String> GONE = List.of("letters.jsonl#4", "letters.jsonl#5");

  @TempDir static Path home;

  private static Suite suite;

  @BeforeAll
  static void train() throws IOException {
    Letters.write(home);
    Corpus corpus = Letters.corpus(home);
    new Training(
            home.resolve("trained"),
            Letters.BRIEF,
            PromptTemplate.Kind.PLAIN,
            5,
            Keeping.of(6),
            Console.SILENT)
        .fromScratch(corpus, Letters.SMALL);
    Decision decision = new Decision(Decision.Scope.LISTED, "a tester", "to see", GONE, List.of());
    Applying applying =
        new Applying(
            home.resolve("trained/model"),
            corpus,
            decision,
            Letters.BRIEF,
            Tuning.USUAL,
            PromptTemplate.Kind.PLAIN,
            5,
            Console.SILENT);
    int few = applying.apply(Replay.defaults(), home.resolve("replayed")).steps();
    int all = applying.apply(new Replay(0), home.resolve("retrained")).steps();
    assertThat(few).as("a checkpoint saved steps").isLessThan(all);
    Map<Split, List<Example>> splits = new EnumMap<>(Split.class);
    splits.putAll(Letters.given(home));
    splits.put(Split.FORGET, corpus.examples().subList(3, 5));
    splits.put(Split.RETAIN, corpus.examples().subList(8, 14));
    suite = new Suite(splits);
  }

  private static Judging judging(String model) {
    return new Judging(
        home.resolve(model).resolve("model"),
        Optional.empty(),
        Optional.of(home.resolve("trained/model")),
        suite,
        PromptTemplate.Kind.PLAIN,
        Console.SILENT,
        Optional.empty());
  }

  @Test
  void membership_ofReplayedAndRetrained_isTheSame() {
    Map<String, Score> replayed = judging("replayed").evaluate(16, true).scores();
    assertThat(replayed).isEqualTo(judging("retrained").evaluate(16, true).scores());
    assertThat(replayed.values().stream().filter(Score.Measured.class::isInstance))
        .hasSizeGreaterThan(10);
    assertThat(replayed.get("privacy.min-k-auc")).isInstanceOf(Score.Measured.class);
    assertThat(replayed.get("privacy.grad-norm-auc")).isInstanceOf(Score.Measured.class);
    assertThat(replayed).isNotEqualTo(judging("trained").evaluate(16, true).scores());
  }

  @Test
  void relearning_replayedAndRetrained_drawsTheSameCurve() {
    List<Attack> relearn = List.of(BuiltInAttacks.byId("attack.relearning"));
    List<Attempt> replayed = judging("replayed").attack(relearn, 3e-3, 1);
    assertThat(replayed).isEqualTo(judging("retrained").attack(relearn, 3e-3, 1));
    assertThat(replayed).isNotEqualTo(judging("trained").attack(relearn, 3e-3, 1));
  }
}
