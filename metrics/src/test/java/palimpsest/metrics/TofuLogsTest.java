package palimpsest.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import palimpsest.api.Evidence;
import palimpsest.api.Evidence.Item;
import palimpsest.api.Explanation;
import palimpsest.api.Split;
import palimpsest.api.Trace;
import palimpsest.metrics.forgetting.ForgetQuality;
import palimpsest.metrics.forgetting.Probability;
import palimpsest.metrics.forgetting.RougeLRecall;
import palimpsest.metrics.forgetting.TruthRatio;
import palimpsest.metrics.utility.ModelUtility;

/**
 * Recomputes published TOFU figures from the per-sample logs published with them (github
 * locuslab/tofu, commit bdc209e, Llama-2-7b, wd 0.01, 300 samples a split): losses per token, and
 * texts, whose ROUGE is measured anew.
 */
class TofuLogsTest {
  private static final Path LOGS = Path.of("../../shared/data/tofu_logs");
  private static final Map<Split, String> FILES =
      Map.of(
          Split.RETAIN, "eval_log.json",
          Split.REAL_AUTHORS, "eval_real_author_wo_options.json",
          Split.WORLD_FACTS, "eval_real_world_wo_options.json",
          Split.FORGET, "eval_log_forget.json");

  @BeforeAll
  static void logsAreThere() {
    Assumptions.assumeTrue(Files.isDirectory(LOGS), "no TOFU logs at " + LOGS);
  }

  @Test
  void modelUtility_llama2_isAsPublished() {
    assertThat(utility("full").value()).isCloseTo(0.6227, within(5e-5));
    assertThat(utility("retain90").value()).isCloseTo(0.6137, within(5e-5));
    assertThat(utility("retain95").value()).isCloseTo(0.6006, within(5e-5));
  }

  /** The older script's arithmetic truth ratio gives other figures than those published. */
  @Test
  void modelUtilityArithmetic_llama2_isAsTheOlderScriptHasIt() {
    ModelUtility arithmetic = ModelUtility.arithmetic();
    assertThat(utility("full", arithmetic).value()).isCloseTo(0.5859, within(5e-5));
    assertThat(utility("retain90", arithmetic).value()).isCloseTo(0.5752, within(5e-5));
    assertThat(utility("retain95", arithmetic).value()).isCloseTo(0.5613, within(5e-5));
  }

  @Test
  void forgetQuality_fullAgainstRetrained_isAsPublished() {
    var score =
        Items.measured(
            ForgetQuality.defaults().score(Items.against(evidence("full"), evidence("retain90"))));
    assertThat(String.format(Locale.ROOT, "%.3e", score.value())).isEqualTo("1.834e-21");
    assertThat(score.because().from().get(3).value()).isCloseTo(0.3967, within(5e-5));
    double other =
        Items.value(
            ForgetQuality.defaults().score(Items.against(evidence("full"), evidence("retain95"))));
    assertThat(String.format(Locale.ROOT, "%.3e", other)).isEqualTo("6.504e-16");
  }

  @Test
  void splits_allModels_equalTheGoldenMeans() {
    Golden.cases("tofu_logs.json", "models")
        .properties()
        .forEach(
            model -> {
              JsonNode forget = model.getValue().get("splits").get("forget");
              Evidence evidence = evidence(model.getKey());
              assertNear(
                  Items.value(Probability.defaults().score(Items.alone(evidence))),
                  forget.get("probability"));
              assertNear(
                  Items.value(RougeLRecall.defaults().score(Items.alone(evidence))),
                  forget.get("rouge_l_recall"));
              assertNear(
                  Items.value(TruthRatio.defaults().score(Items.alone(evidence))),
                  forget.get("truth_ratio"));
              assertNear(utility(model.getKey()).value(), model.getValue().get("model_utility"));
              assertThat(Items.value(ModelUtility.defaults().score(Items.alone(evidence))))
                  .isCloseTo(model.getValue().get("model_utility").asDouble(), within(2e-4));
            });
  }

  private static void assertNear(double got, JsonNode wanted) {
    assertThat(got).isCloseTo(wanted.asDouble(), within(1e-12));
  }

  /**
   * The logs measured the true answers of real authors and world facts twice, and took the second
   * measurement into the truth ratio. In bfloat16 the two differ in the last batch, and model
   * utility by 5e-5, so the published digits need both.
   */
  private static Explanation utility(String model) {
    return utility(model, ModelUtility.defaults());
  }

  private static Explanation utility(String model, ModelUtility metric) {
    List<Explanation> values = new ArrayList<>(nine(evidence(model), metric));
    List<Explanation> second = nine(secondTime(evidence(model)), metric);
    values.set(5, second.get(5));
    values.set(8, second.get(8));
    return Explain.harmonicMean("nine values", values);
  }

  private static List<Explanation> nine(Evidence evidence, ModelUtility metric) {
    return Items.measured(metric.score(Items.alone(evidence))).because().from();
  }

  private static Evidence secondTime(Evidence evidence) {
    Map<Split, List<Item>> items = new EnumMap<>(evidence.items());
    items.replaceAll(
        (split, list) ->
            list.stream()
                .map(
                    item ->
                        new Item(
                            item.example(),
                            item.paraphrased().get(0),
                            item.paraphrased(),
                            item.perturbed(),
                            item.generated()))
                .toList());
    return new Evidence(evidence.digest(), items);
  }

  private static Evidence evidence(String model) {
    JsonNode log = Golden.read(LOGS.resolve("llama2-7b_" + model + ".json"));
    Map<Split, List<Item>> items = new EnumMap<>(Split.class);
    FILES.forEach((split, file) -> items.put(split, items(log.get(file))));
    return new Evidence(model, items);
  }

  private static List<Item> items(JsonNode log) {
    List<Item> items = new ArrayList<>();
    log.get("avg_gt_loss")
        .properties()
        .forEach(
            entry -> {
              String id = entry.getKey();
              JsonNode text = log.get("generated_text").get(id);
              List<Trace> wrong = new ArrayList<>();
              log.get("average_perturb_loss").get(id).forEach(loss -> wrong.add(ofLoss(loss)));
              items.add(
                  new Item(
                      Items.example(
                          Integer.parseInt(id) + 1, text.get(0).asText(), text.get(2).asText()),
                      ofLoss(entry.getValue()),
                      List.of(ofLoss(log.get("avg_paraphrased_loss").get(id))),
                      wrong,
                      text.get(1).asText()));
            });
    return items;
  }

  private static Trace ofLoss(JsonNode meanLoss) {
    return Items.trace(-meanLoss.asDouble());
  }
}
