package palimpsest.dossier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import palimpsest.api.Cost;
import palimpsest.api.Guarantee;
import palimpsest.api.Plan;
import palimpsest.api.Remedy;
import palimpsest.api.Route;
import palimpsest.api.ShardedLoss;

class PlanJsonTest {
  /** As it was written before there were costs. */
  private static final String OLDER =
      "{\"refused\":[{\"method\":\"llm.npo\",\"reason\":\"no\"}],\"remedies\":[{\"cannotShow\":[\"it\"],"
          + "\"guarantee\":\"EXACT\",\"method\":\"exact.retrain\",\"parameters\":{},\"steps\":24}]}";

  private static String written(Plan plan) {
    return new String(Json.canonical(plan), UTF_8);
  }

  private static Plan read(String json) {
    return Json.read(json.getBytes(UTF_8), Plan.class, "plan");
  }

  @Test
  void plan_ofAnOlderVersion_isReadAndWrittenAsItWas() {
    Plan plan = read(OLDER);

    assertThat(plan.routes()).isEmpty();
    assertThat(plan.remedies().get(0).cost()).isEmpty();
    assertThat(written(plan)).isEqualTo(OLDER);
  }

  @Test
  void plan_withCosts_isReadAsItWasWritten() {
    Cost known = new Cost("the checkpoint of step 34", false, Optional.of(12.0), 1600, 900);
    Cost bound = new Cost("the first weights", true, Optional.empty(), 1L << 40, 0);
    Plan plan =
        new Plan(
            List.of(
                new Remedy(
                    "exact.replay", Guarantee.EXACT, Map.of(), 90, Optional.of(bound), List.of())),
            List.of(),
            Optional.of(List.of(new Route("exact.replay", 56, known, List.of("a#1", "a#2")))),
            Optional.of(new ShardedLoss(200, 0.5, 2.25, 4.5)));

    assertThat(read(written(plan))).isEqualTo(plan);
    assertThat(written(plan))
        .contains(
            "\"cost\":{\"atMost\":true,\"disk\":1099511627776,\"from\":\"the first weights\",\"stored\":0}",
            "\"cost\":{\"atMost\":false,\"disk\":1600,\"from\":\"the checkpoint of step 34\","
                + "\"seconds\":12,\"stored\":900}",
            "\"sharded\":{\"base\":4.5,\"merged\":2.25,\"own\":0.5,\"records\":200}");
  }
}
