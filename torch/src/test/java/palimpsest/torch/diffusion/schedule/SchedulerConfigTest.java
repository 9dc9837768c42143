package palimpsest.torch.diffusion.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.checkpoint.JsonFile;

class SchedulerConfigTest {
  @TempDir Path folder;

  private SchedulerConfig stored(String json) {
    try {
      return SchedulerConfig.read(Files.writeString(folder.resolve("scheduler_config.json"), json));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Sampler read(String className, String fields) {
    return stored("{\"_class_name\": \"" + className + "\"" + fields + "}").sampler();
  }

  /** The fields of Stable Diffusion 1's scheduler. */
  private static final String STABLE_DIFFUSION =
      ", \"_diffusers_version\": \"0.6.0\", \"beta_end\": 0.012, \"beta_schedule\":"
          + " \"scaled_linear\", \"beta_start\": 0.00085, \"num_train_timesteps\": 1000,"
          + " \"set_alpha_to_one\": false, \"skip_prk_steps\": true, \"steps_offset\": 1,"
          + " \"trained_betas\": null, \"clip_sample\": false";

  @Test
  void read_stableDiffusion_isItsSampler() {
    NoiseSchedule schedule = new NoiseSchedule(Betas.stableDiffusion(), Prediction.EPSILON);

    assertThat(read("PNDMScheduler", STABLE_DIFFUSION)).isEqualTo(Pndm.latents(schedule));
    assertThat(
            stored("{\"_class_name\": \"PNDMScheduler\"" + STABLE_DIFFUSION + "}")
                .sampler("DDIMScheduler"))
        .isEqualTo(Ddim.latents(schedule));
  }

  @Test
  void read_classAlone_hasTheDefaultsOfDiffusers() {
    NoiseSchedule schedule = new NoiseSchedule(Betas.ddpm(), Prediction.EPSILON);

    assertThat(read("DDIMScheduler", "")).isEqualTo(Ddim.pixels(schedule));
    assertThat(read("DDPMScheduler", "")).isEqualTo(Ddpm.defaults(schedule));
    assertThat(read("DPMSolverMultistepScheduler", "")).isEqualTo(DpmSolver.defaults(schedule));
    assertThat(read("PNDMScheduler", ""))
        .isEqualTo(new Pndm(schedule, Spacing.leading(0), false, false));
    assertThat(read("EulerDiscreteScheduler", ""))
        .isEqualTo(new Euler(schedule, Spacing.linspace(), false, FinalSigma.ZERO));
    assertThat(read("EulerAncestralDiscreteScheduler", ""))
        .isEqualTo(new EulerAncestral(schedule, Spacing.linspace()));
  }

  @Test
  void write_everyGoldenConfig_readsBackAsTheSame() {
    Path file = folder.resolve("written.json");
    for (JsonNode golden : Tensors.golden("samplers.json")) {
      SchedulerConfig config = stored(golden.get("config").toString());
      Sampler sampler = config.sampler();

      SchedulerConfig.of(sampler).write(file);
      assertThat(SchedulerConfig.read(file).sampler()).isEqualTo(sampler);
      for (JsonNode name : JsonFile.read(file)) {
        assertThat(name.isValueNode()).isTrue();
      }
      config.write(file);
      assertThat(JsonFile.read(file)).isEqualTo(golden.get("config"));
    }
  }

  /** What diffusers itself stores of its DPM-Solver, and SDXL of its Euler: no JSON, foreign. */
  @Test
  void write_infinityAndForeignFields_onlyInfinityIsDropped() {
    SchedulerConfig config =
        stored(
            "{\"_class_name\": \"EulerDiscreteScheduler\", \"lambda_min_clipped\": -Infinity,"
                + " \"skip_prk_steps\": true, \"_anything\": 1}");
    config.sampler();
    Path file = folder.resolve("written.json");
    config.write(file);

    assertThat(JsonFile.read(file).toString())
        .isEqualTo(
            "{\"_class_name\":\"EulerDiscreteScheduler\",\"skip_prk_steps\":true,\"_anything\":1}");
    assertThat(read("DPMSolverMultistepScheduler", ", \"lambda_min_clipped\": -Infinity"))
        .isEqualTo(DpmSolver.defaults(new NoiseSchedule(Betas.ddpm(), Prediction.EPSILON)));
  }

  @Test
  void with_otherSampler_keepsTheVersionAndNoFieldOfTheOld() {
    SchedulerConfig config = stored("{\"_class_name\": \"PNDMScheduler\"" + STABLE_DIFFUSION + "}");
    Sampler euler = Euler.latents(config.sampler().schedule());
    Path file = folder.resolve("written.json");
    config.with(euler).write(file);

    assertThat(SchedulerConfig.read(file).sampler()).isEqualTo(euler);
    assertThat(JsonFile.read(file).get("_diffusers_version").asText()).isEqualTo("0.6.0");
    assertThat(JsonFile.read(file).has("skip_prk_steps")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DDPMScheduler | variance_type | \"learned_range\"",
        "DDPMScheduler | variance_type | \"fixed_large_log\"",
        "DDPMScheduler | thresholding | true",
        "DDPMScheduler | beta_schedule | \"sigmoid\"",
        "DDPMScheduler | trained_betas | [0.1,0.2]",
        "DDPMScheduler | rescale_betas_zero_snr | true",
        "DDIMScheduler | thresholding | \"false\"",
        "DDIMScheduler | timestep_spacing | \"random\"",
        "DDIMScheduler | prediction_type | \"flow_prediction\"",
        "DDIMScheduler | invented | 1",
        "PNDMScheduler | prediction_type | \"sample\"",
        "EulerDiscreteScheduler | interpolation_type | \"log_linear\"",
        "EulerDiscreteScheduler | timestep_type | \"continuous\"",
        "EulerDiscreteScheduler | use_beta_sigmas | true",
        "EulerDiscreteScheduler | use_exponential_sigmas | true",
        "EulerDiscreteScheduler | sigma_max | 700.0",
        "EulerAncestralDiscreteScheduler | prediction_type | \"sample\"",
        "DPMSolverMultistepScheduler | algorithm_type | \"sde-dpmsolver++\"",
        "DPMSolverMultistepScheduler | solver_order | 3",
        "DPMSolverMultistepScheduler | solver_type | \"heun\"",
        "DPMSolverMultistepScheduler | use_lu_lambdas | true",
        "DPMSolverMultistepScheduler | use_flow_sigmas | true",
        "DPMSolverMultistepScheduler | variance_type | \"learned\"",
        "DPMSolverMultistepScheduler | final_sigmas_type | \"one\"",
        "LMSDiscreteScheduler | _class_name | LMSDiscreteScheduler",
      })
  void read_notImplemented_isRefusedByFieldAndValue(String name, String field, String value) {
    String fields = field.equals("_class_name") ? "" : ", \"" + field + "\": " + value;
    assertThatThrownBy(() -> read(name, fields))
        .isInstanceOf(UnsupportedModel.class)
        .hasMessageContaining("scheduler_config.json: ")
        .hasMessageContaining(field + " = " + value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "num_train_timesteps | \"many\"",
        "num_train_timesteps | 10.5",
        "num_train_timesteps | 1000000000000",
        "beta_start | 2",
        "beta_start | NaN",
        "steps_offset | -1",
        "clip_sample | 1",
        "clip_sample_range | -Infinity",
      })
  void read_damaged_isRefusedByField(String field, String value) {
    assertThatThrownBy(() -> read("DDIMScheduler", ", \"" + field + "\": " + value))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining(field);
  }

  @Test
  void read_noConfig_isRefused() {
    assertThatThrownBy(() -> stored("[]")).isInstanceOf(CorruptArtifact.class);
    assertThatThrownBy(() -> stored("{\"a\": 1, \"a\": 2}")).isInstanceOf(CorruptArtifact.class);
    assertThatThrownBy(() -> stored("{} {}")).isInstanceOf(CorruptArtifact.class);
    assertThatThrownBy(() -> stored(" ".repeat(1 << 21))).isInstanceOf(CorruptArtifact.class);
    assertThatThrownBy(() -> stored("{}").sampler())
        .isInstanceOf(UnsupportedModel.class)
        .hasMessageContaining("DDIMScheduler");
  }
}
