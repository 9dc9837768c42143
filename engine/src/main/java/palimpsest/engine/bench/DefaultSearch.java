package palimpsest.engine.bench;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import palimpsest.api.Guarantee;
import palimpsest.api.Method;
import palimpsest.engine.BuiltInMethods;
import palimpsest.methods.DescentMethod;
import palimpsest.methods.StagedMethod;

/**
 * The candidates of every built-in method that are tried unless others are asked for.
 *
 * <p>Rates are for the model of {@link Tofu#SUBJECT}, 5 epochs and batches of 32: those of
 * pretrained models are ten times smaller.
 */
public final class DefaultSearch {
  private static final List<String> RATES = List.of("5e-5", "1e-4", "2e-4");

  /** By method; a method that is not here is tried at {@link #RATES}, or as it is. */
  private static final Map<String, List<String>> KNOWN =
      Map.ofEntries(
          Map.entry("llm.ga", List.of("lr=2e-5", "lr=4e-5", "lr=6e-5", "lr=1e-4")),
          Map.entry("llm.grad-diff", List.of("lr=7e-5", "lr=1e-4", "lr=1.5e-4")),
          Map.entry(
              "llm.npo",
              List.of(
                  "lr=7e-5",
                  "lr=1e-4",
                  "lr=1e-4,retainWeight=5",
                  "lr=9e-5,retainWeight=5",
                  "lr=2e-4",
                  "lr=2e-4,retainWeight=50")),
          Map.entry(
              "llm.simnpo",
              List.of("lr=2e-4", "lr=5e-4", "lr=1e-3", "lr=2e-3", "lr=2e-4,beta=3.5,margin=3.5")),
          Map.entry("llm.wga", List.of("lr=1e-4", "lr=2e-4", "lr=4e-4", "lr=8e-4")),
          Map.entry(
              "llm.satimp",
              List.of("lr=3e-4", "lr=1e-3", "lr=2e-3", "lr=3e-3", "lr=1e-3,forgetWeight=1")),
          Map.entry("llm.tnpo", List.of("lr=1e-4", "lr=2e-4", "lr=4e-4", "lr=8e-4")),
          Map.entry("llm.wtnpo", List.of("lr=1e-4", "lr=2e-4", "lr=4e-4", "lr=8e-4")),
          Map.entry("llm.kl-min", List.of("lr=7e-5", "lr=1e-4", "lr=1.5e-4")),
          Map.entry("llm.me", List.of("lr=1e-4", "lr=3e-4", "lr=1e-3", "lr=2e-3")),
          Map.entry(
              "llm.undial", List.of("lr=1e-4", "lr=3e-4", "lr=1e-3", "lr=1e-3,retainWeight=1")),
          Map.entry(
              "llm.ce-u",
              List.of("lr=3e-5", "lr=5e-5", "lr=1e-4", "lr=3e-4", "lr=1e-4,retainWeight=1")),
          Map.entry(
              "llm.pdu", // the usual warm-up lasts as long as these runs: nothing dual would happen
              List.of(
                  "lr=1e-4,warmupEpochs=1", "lr=3e-4,warmupEpochs=1", "lr=1e-3,warmupEpochs=1")),
          Map.entry("llm.dpo", List.of("lr=1e-4", "lr=3e-4", "lr=1e-3", "lr=3e-3")),
          Map.entry("llm.altpo", List.of("lr=2e-4", "lr=5e-4", "lr=1e-3")),
          Map.entry("llm.refusal", List.of("lr=1e-4", "lr=3e-4", "lr=1e-3")),
          Map.entry("llm.idk-ap", List.of("lr=1e-4", "lr=3e-4", "lr=1e-3")),
          Map.entry("llm.flat", List.of("lr=3e-5", "lr=5e-5", "lr=1e-4", "lr=3e-4")),
          Map.entry(
              "llm.lunar",
              List.of(
                  "coefficient=1",
                  "coefficient=2",
                  "coefficient=4",
                  "coefficient=6",
                  "coefficient=8")),
          Map.entry(
              "llm.rmu",
              List.of(
                  "lr=1e-3",
                  "lr=3e-3",
                  "lr=1e-3,retainWeight=100",
                  "lr=3e-3,retainWeight=100",
                  "lr=5e-3,retainWeight=100",
                  "lr=1e-2,retainWeight=100")),
          Map.entry(
              "llm.adaptive-rmu",
              List.of(
                  "lr=1e-3",
                  "lr=3e-3",
                  "lr=5e-4,retainWeight=100",
                  "lr=7e-4,retainWeight=100",
                  "lr=1e-3,retainWeight=100")),
          Map.entry(
              "llm.task-vector",
              List.of("scale=1,lr=2e-4", "scale=3,lr=2e-4", "scale=5,lr=2e-4", "scale=1,lr=1e-3")),
          Map.entry(
              "llm.undo",
              List.of(
                  "lr=3e-4,distilEpochs=2,distilRate=3",
                  "lr=1e-3,distilEpochs=2,distilRate=1",
                  "lr=1e-3,distilEpochs=2,distilRate=1,alpha=0.2")),
          Map.entry("guard.whp", List.of("lr=2e-4", "lr=1e-3", "lr=3e-3", "lr=3e-3,alpha=5")),
          Map.entry("guard.in-context", List.of("questions=1", "questions=4", "questions=8")),
          Map.entry(
              "guard.uld", // 2 of the 6 layers, as the authors' 8 of 32 are a quarter
              List.of(
                  "layers=2,lr=1e-3",
                  "layers=2,lr=3e-3",
                  "layers=2,lr=3e-3,weight=1.2",
                  "layers=2,lr=3e-3,weight=1.5")),
          Map.entry("guard.memfree", List.of("n=4", "n=10")));

  private DefaultSearch() {}

  /** Specs of all built-in methods but the exact ones, as {@code Choice.parse} takes them. */
  public static List<String> specs() {
    List<String> specs = new ArrayList<>();
    for (Method method : BuiltInMethods.all()) {
      if (!isExact(method)) {
        candidates(method)
            .forEach(c -> specs.add(c.isEmpty() ? method.id() : method.id() + ":" + c));
      }
    }
    return specs;
  }

  /** Whether a method does a training again, as the reference of every grid does. */
  static boolean isExact(Method method) {
    return EnumSet.of(Guarantee.EXACT, Guarantee.STRUCTURAL).contains(method.guarantee());
  }

  private static List<String> candidates(Method method) {
    List<String> usual =
        method instanceof DescentMethod || method instanceof StagedMethod
            ? RATES.stream().map(rate -> "lr=" + rate).toList()
            : List.of("");
    return KNOWN.getOrDefault(method.id(), usual);
  }
}
