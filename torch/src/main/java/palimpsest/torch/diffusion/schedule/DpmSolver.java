package palimpsest.torch.diffusion.schedule;

import java.util.Arrays;
import java.util.Map;
import palimpsest.api.InvalidRequest;

/**
 * DPM-Solver++ (2M): a linear multistep method of order 2 on the predicted clean image, in the
 * half-logarithm λ = -log σ of the signal-to-noise ratio.
 *
 * <pre>
 * h = λ_(i+1) - λ_i,  r = (λ_i - λ_(i-1)) / h,  ẋ = √ᾱ, s = √(1-ᾱ)
 * order 1: x_(i+1) = s_(i+1)/s_i x_i - ẋ_(i+1) (e^-h - 1) m_i
 * order 2: besides, - ½ ẋ_(i+1) (e^-h - 1) (m_i - m_(i-1)) / r      (midpoint)
 * </pre>
 *
 * <p>Order 1 at the first step; at the last where no noise is to be left, where {@code
 * eulerAtFinal}, or where {@code lowerOrderFinal} and the run has fewer than 15 steps.
 *
 * @param schedule what the denoiser was trained on
 * @param spacing which timesteps are visited, unless {@code karras}
 * @param karras whether the levels are Karras' between training's largest and least
 * @param lowerOrderFinal {@code lower_order_final}
 * @param eulerAtFinal {@code euler_at_final}
 * @param last how much noise is left in the end
 * @param leastLambda timesteps of a lower λ are not visited, {@code lambda_min_clipped}; -∞ for
 *     none
 * @see <a href="https://arxiv.org/abs/2211.01095">Lu et al. 2022, algorithm 2</a>
 */
public record DpmSolver(
    NoiseSchedule schedule,
    Spacing spacing,
    boolean karras,
    boolean lowerOrderFinal,
    boolean eulerAtFinal,
    FinalSigma last,
    double leastLambda)
    implements Sampler {
  static final String NAME = "DPMSolverMultistepScheduler";

  public DpmSolver {
    if (Double.isNaN(leastLambda) || leastLambda == Double.POSITIVE_INFINITY) {
      throw new InvalidRequest("lambda_min_clipped must be below infinity, got " + leastLambda);
    }
  }

  /** diffusers' defaults: linspace, lower order at the end. */
  public static DpmSolver defaults(NoiseSchedule schedule) {
    return new DpmSolver(
        schedule,
        Spacing.linspace(),
        false,
        true,
        false,
        FinalSigma.ZERO,
        Double.NEGATIVE_INFINITY);
  }

  @Override
  public Sampling begin(int steps, Noise noise) {
    Sigmas sigmas = new Sigmas(schedule);
    double[] t = timesteps(steps);
    double[] levels = sigmas.at(t);
    if (karras) {
      levels = Sigmas.karras(sigmas.largest(), sigmas.smallest(), steps);
      t = sigmas.timesteps(levels);
      boolean whole = schedule.betas().curve() != Betas.Curve.COSINE;
      t = Arrays.stream(t).map(value -> whole ? Math.rint(value) : Math.floor(value)).toArray();
    }
    float[] all = sigmas.closed(levels, last);
    for (int i = 0; i + 1 < levels.length; i++) {
      if (!(all[i] > all[i + 1])) {
        throw new InvalidRequest(
            "steps must be fewer: DPM-Solver++ would visit timestep "
                + Math.round(t[i])
                + " twice in "
                + steps);
      }
    }
    return new DpmSampling(this, t, all);
  }

  /** Of n + 1 points, all but the cleanest; trailing as the other samplers. */
  private double[] timesteps(int steps) {
    int trained = schedule.steps();
    Spacing.checkSteps(trained, steps);
    int end = trained - clipped();
    if (spacing.kind() == Spacing.Kind.TRAILING) {
      double stride = (double) trained / steps;
      double[] t = Spacing.backwards(end, stride, (int) Math.ceil(end / stride));
      return Arrays.stream(t).filter(value -> value >= 0).toArray();
    }
    double[] t =
        spacing.kind() == Spacing.Kind.LEADING
            ? Spacing.multiples(end / (steps + 1), steps + 1, spacing.offset())
            : Spacing.even(end - 1, steps + 1);
    return Spacing.inRange(Arrays.stream(t).limit(steps).map(Math::rint).toArray(), trained);
  }

  /** How many of the last timesteps have too low a λ. */
  private int clipped() {
    int count = 0;
    while (count < schedule.steps() - 1 && lambda(schedule.steps() - 1 - count) < leastLambda) {
      count++;
    }
    return count;
  }

  private double lambda(int t) {
    double alphaBar = schedule.alphaBar(t);
    return 0.5 * Math.log(alphaBar / (1 - alphaBar));
  }

  @Override
  public String className() {
    return NAME;
  }

  @Override
  public Map<String, Object> fields() {
    Map<String, Object> fields = SchedulerFields.write(schedule, spacing);
    fields.put("rescale_betas_zero_snr", schedule.betas().zeroTerminal());
    fields.put("algorithm_type", "dpmsolver++");
    fields.put("solver_order", 2);
    fields.put("solver_type", "midpoint");
    fields.put("thresholding", false);
    fields.put("use_karras_sigmas", karras);
    fields.put("lower_order_final", lowerOrderFinal);
    fields.put("euler_at_final", eulerAtFinal);
    fields.put("final_sigmas_type", last.word());
    if (Double.isFinite(leastLambda)) {
      fields.put("lambda_min_clipped", leastLambda); // -infinity is no JSON, and the default
    }
    return fields;
  }

  static DpmSolver read(SchedulerFields fields) {
    fields.only("algorithm_type", "dpmsolver++");
    fields.only("solver_order", 2);
    fields.only("solver_type", "midpoint");
    for (String other :
        new String[] {
          "thresholding",
          "use_exponential_sigmas",
          "use_beta_sigmas",
          "use_lu_lambdas",
          "use_flow_sigmas",
          "use_dynamic_shifting"
        }) {
      fields.only(other, false);
    }
    fields.absent("variance_type", "sigma_min", "sigma_max"); // diffusers reads the sigmas here too
    fields.ignored(
        "dynamic_thresholding_ratio", "sample_max_value", "flow_shift", "time_shift_type");
    return new DpmSolver(
        fields.schedule(true),
        fields.spacing(Spacing.Kind.LINSPACE),
        fields.flag("use_karras_sigmas", false),
        fields.flag("lower_order_final", true),
        fields.flag("euler_at_final", false),
        fields.word("final_sigmas_type", FinalSigma.values(), FinalSigma::word, FinalSigma.ZERO),
        fields.number("lambda_min_clipped", Double.NEGATIVE_INFINITY));
  }
}
