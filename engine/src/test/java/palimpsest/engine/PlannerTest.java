package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import palimpsest.api.Guarantee;
import palimpsest.api.Objective;
import palimpsest.api.Plan;
import palimpsest.api.Recipe;
import palimpsest.api.Release;
import palimpsest.api.Remedy;
import palimpsest.api.Request;
import palimpsest.api.Target;
import palimpsest.torch.text.PromptTemplate;

class PlannerTest {
  private static final List<String> GUARDS =
      List.of("guard.memfree", "guard.whp", "guard.uld", "guard.in-context", "guard.eco");
  private static final Recipe RECIPE = new Recipe(5, 8, 8, 1e-4, 0, Recipe.Decay.CONSTANT, 0, 1, 0);
  private static final Manifest TRAINED =
      new Manifest(
          Manifest.FORMAT,
          new Manifest.Start(Optional.empty(), 0, "a"),
          PromptTemplate.Kind.PLAIN,
          new Recipe(3, 10, 10, 1e-3, 0, Recipe.Decay.COSINE, 0, 1, 0),
          Optional.empty(),
          Optional.empty(),
          Map.of("a.jsonl", "0"),
          List.of(),
          List.of(),
          100,
          "b",
          Optional.empty(),
          "c");

  private static Plan plan(
      Objective objective, Release release, Target.Kind kind, Optional<Manifest> training) {
    Request request = request(objective, release, kind);
    return new Planner(
            request, training, training.isPresent(), training.isPresent(), RECIPE, 20, 100)
        .plan(BuiltInMethods.all());
  }

  private static Request request(Objective objective, Release release, Target.Kind kind) {
    return new Request(
        "R",
        "somebody",
        Request.Reason.PRIVACY,
        objective,
        release,
        new Target(kind, List.of("Ada"), List.of(), List.of()),
        "");
  }

  private static List<String> methods(Plan plan) {
    return plan.remedies().stream().map(Remedy::method).toList();
  }

  private static Remedy remedy(Plan plan, String method) {
    return plan.remedies().stream()
        .filter(r -> r.method().equals(method))
        .findFirst()
        .orElseThrow();
  }

  /** 20 of 100 records: ceil(20/8) = 3 steps by 5 epochs; 80 kept ones: 8 steps by 3 epochs. */
  @Test
  void plan_everythingFits_ordersByGuaranteeAndCountsSteps() {
    Plan plan = plan(Objective.BOTH, Release.HOSTED, Target.Kind.OBSERVED, Optional.of(TRAINED));
    assertThat(plan.refused()).isEmpty();
    assertThat(plan.remedies().stream().map(Remedy::guarantee).toList()).isSorted();
    assertThat(plan.remedies().get(0).guarantee()).isEqualTo(Guarantee.EXACT);
    assertThat(remedy(plan, "exact.retrain").steps()).isEqualTo(24);
    assertThat(remedy(plan, "llm.npo").steps()).isEqualTo(15);
    assertThat(remedy(plan, "guard.memfree").steps()).isZero();
    assertThat(remedy(plan, "guard.eco").steps()).isZero();
    assertThat(remedy(plan, "guard.whp").steps()).isEqualTo(15);
    assertThat(plan.remedies()).allMatch(r -> !r.cannotShow().isEmpty());
  }

  @Test
  void plan_removalOnly_hasNoSuppression() {
    Plan plan = plan(Objective.REMOVAL, Release.HOSTED, Target.Kind.OBSERVED, Optional.of(TRAINED));
    assertThat(plan.remedies()).allMatch(r -> r.guarantee().isRemoval());
    assertThat(plan.refused()).extracting("method").containsExactlyElementsOf(GUARDS);
  }

  @Test
  void plan_suppressionOnly_changesNoWeights() {
    Plan plan =
        plan(Objective.SUPPRESSION, Release.HOSTED, Target.Kind.OBSERVED, Optional.of(TRAINED));
    assertThat(methods(plan)).containsExactlyElementsOf(GUARDS);
  }

  @Test
  void plan_suppressionOfOpenWeights_leavesNothing() {
    Plan plan =
        plan(Objective.SUPPRESSION, Release.OPEN_WEIGHTS, Target.Kind.OBSERVED, Optional.empty());
    assertThat(plan.remedies()).isEmpty();
    assertThat(plan.refused()).hasSameSizeAs(BuiltInMethods.all());
  }

  @Test
  void plan_trainingUnknown_refusesRetrainingWithAWayOut() {
    Plan plan = plan(Objective.BOTH, Release.HOSTED, Target.Kind.OBSERVED, Optional.empty());
    assertThat(plan.refused())
        .extracting("method")
        .containsExactly("exact.retrain", "exact.replay", "exact.shards");
    assertThat(plan.refused().subList(0, 2))
        .allSatisfy(r -> assertThat(r.reason()).contains(Manifest.FILE, "palimpsest train"));
    assertThat(plan.refused().get(2).reason()).contains("not trained in shards");
  }

  @Test
  void plan_ledgerMissing_refusesReplayAlone() {
    Request request = request(Objective.BOTH, Release.HOSTED, Target.Kind.OBSERVED);
    Plan plan =
        new Planner(request, Optional.of(TRAINED), false, true, RECIPE, 20, 100)
            .plan(BuiltInMethods.all());
    assertThat(plan.refused())
        .singleElement()
        .satisfies(r -> assertThat(r.method()).isEqualTo("exact.replay"))
        .satisfies(r -> assertThat(r.reason()).contains("no ledger"));
  }

  @Test
  void plan_concept_saysThatItsRemovalCannotBeShown() {
    Plan plan = plan(Objective.BOTH, Release.HOSTED, Target.Kind.CONCEPT, Optional.of(TRAINED));
    assertThat(plan.remedies())
        .allMatch(r -> r.cannotShow().stream().anyMatch(l -> l.contains("a concept")));
  }
}
