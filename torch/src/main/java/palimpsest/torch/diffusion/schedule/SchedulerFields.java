package palimpsest.torch.diffusion.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.UnsupportedModel;

/** Fields of a scheduler_config.json, read strictly: each is understood, refused or foreign. */
final class SchedulerFields {
  private static final int LONGEST = 100;

  /** Every argument of a diffusers 0.42 scheduler; those of another class are ignored there too. */
  private static final Set<String> KNOWN =
      Set.of(
          ("algorithm_type beta_end beta_schedule beta_start clip_sample clip_sample_range"
                  + " disable_corrector dynamic_thresholding_ratio euler_at_final final_sigmas_type"
                  + " flow_shift interpolation_type lambda_min_clipped lower_order_final"
                  + " noise_sampler_seed num_train_timesteps original_inference_steps predict_x0"
                  + " prediction_type rescale_betas_zero_snr rho sample_max_value set_alpha_to_one"
                  + " shift_terminal sigma_data sigma_max sigma_min sigma_schedule skip_prk_steps"
                  + " solver_order solver_p solver_type steps_offset thresholding time_shift_type"
                  + " timestep_scaling timestep_spacing timestep_type trained_betas use_beta_sigmas"
                  + " use_dynamic_shifting use_exponential_sigmas use_flow_sigmas"
                  + " use_karras_sigmas use_lu_lambdas variance_type")
              .split(" "));

  private final ObjectNode json;
  private final String where;
  private final Set<String> read = new HashSet<>();

  SchedulerFields(ObjectNode json, String where) {
    this.json = json;
    this.where = where;
  }

  /** The noising process; betas of training's own are refused. */
  NoiseSchedule schedule(boolean mayRescale) {
    absent("trained_betas");
    double steps = number("num_train_timesteps", 1000);
    if (steps != Math.rint(steps)) {
      throw corrupt("num_train_timesteps", "an integer");
    }
    Betas betas =
        new Betas(
            word("beta_schedule", Betas.Curve.values(), Betas.Curve::word, Betas.Curve.LINEAR),
            (int) steps,
            number("beta_start", 0.0001),
            number("beta_end", 0.02),
            mayRescale && flag("rescale_betas_zero_snr", false));
    Prediction prediction =
        word("prediction_type", Prediction.values(), Prediction::word, Prediction.EPSILON);
    if (betas.zeroTerminal() && prediction == Prediction.EPSILON) {
      throw new UnsupportedModel(
          where + ": rescale_betas_zero_snr = true with prediction_type epsilon, wanted false");
    }
    return new NoiseSchedule(betas, prediction);
  }

  /** Which timesteps are visited. */
  Spacing spacing(Spacing.Kind otherwise) {
    double offset = number("steps_offset", 0);
    if (offset != Math.rint(offset)) {
      throw corrupt("steps_offset", "an integer");
    }
    return new Spacing(
        word("timestep_spacing", Spacing.Kind.values(), Spacing.Kind::word, otherwise),
        (int) offset);
  }

  /** One of several words. */
  <E> E word(String key, E[] values, Function<E, String> word, E otherwise) {
    JsonNode node = take(key);
    if (node.isMissingNode()) {
      return otherwise;
    }
    return Arrays.stream(values)
        .filter(value -> node.isTextual() && word.apply(value).equals(node.textValue()))
        .findFirst()
        .orElseThrow(() -> unsupported(key, String.join(", ", words(values, word))));
  }

  private static <E> String[] words(E[] values, Function<E, String> word) {
    return Arrays.stream(values).map(word).toArray(String[]::new);
  }

  /** A number; only the default may be infinite. */
  double number(String key, double otherwise) {
    JsonNode node = take(key);
    if (node.isMissingNode()) {
      return otherwise;
    }
    double value = node.doubleValue();
    if (!node.isNumber() || (!Double.isFinite(value) && value != otherwise)) {
      throw corrupt(key, "a number");
    }
    return value;
  }

  /** A truth value; null is false, as Python has it. */
  boolean flag(String key, boolean otherwise) {
    JsonNode node = take(key);
    if (node.isMissingNode()) {
      return otherwise;
    }
    if (!node.isBoolean() && !node.isNull()) {
      throw corrupt(key, "true or false");
    }
    return node.booleanValue();
  }

  /** Refuses any other value than the one that is implemented. */
  void only(String key, Object value) {
    JsonNode node = take(key);
    boolean same =
        node.isMissingNode()
            || (node.isNull() && value.equals(false))
            || (node.isTextual() == value instanceof String
                && node.asText().equals(value.toString()));
    if (!same) {
      throw unsupported(key, value.toString());
    }
  }

  /** Refuses one value of a field that is read elsewhere. */
  void never(String key, String value) {
    if (json.path(key).asText().equals(value)) {
      throw unsupported(key, "another");
    }
  }

  /** Refuses fields that are there and not null. */
  void absent(String... keys) {
    for (String key : keys) {
      JsonNode node = take(key);
      if (!node.isMissingNode() && !node.isNull()) {
        throw unsupported(key, "null");
      }
    }
  }

  /** Fields that count only beside another, which is refused. */
  void ignored(String... keys) {
    read.addAll(Arrays.asList(keys));
  }

  /** Refuses what no scheduler has. */
  void done() {
    for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!read.contains(name) && !KNOWN.contains(name) && !name.startsWith("_")) {
        throw new UnsupportedModel(
            where + ": unknown field " + shown(name) + " = " + shown(json.get(name).toString()));
      }
    }
  }

  private JsonNode take(String key) {
    read.add(key);
    return json.path(key);
  }

  private UnsupportedModel unsupported(String key, String wanted) {
    return new UnsupportedModel(
        where + ": " + key + " = " + shown(json.path(key).toString()) + ", wanted " + wanted);
  }

  private CorruptArtifact corrupt(String key, String wanted) {
    return new CorruptArtifact(
        where + ": " + key + " must be " + wanted + ", got " + shown(json.path(key).toString()));
  }

  /** Words of a foreign file, on one line. */
  static String shown(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
  }

  /** What every sampler writes. */
  static Map<String, Object> write(NoiseSchedule schedule, Spacing spacing) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("num_train_timesteps", schedule.steps());
    fields.put("beta_schedule", schedule.betas().curve().word());
    fields.put("beta_start", schedule.betas().start());
    fields.put("beta_end", schedule.betas().end());
    fields.put("prediction_type", schedule.prediction().word());
    fields.put("timestep_spacing", spacing.kind().word());
    fields.put("steps_offset", spacing.offset());
    return fields;
  }
}
