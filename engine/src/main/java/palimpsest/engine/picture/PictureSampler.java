package palimpsest.engine.picture;

import palimpsest.torch.diffusion.schedule.Sampler;
import palimpsest.torch.diffusion.schedule.SchedulerConfig;

/** The samplers that a model of pixels can be drawn with, by the words of the command line. */
public enum PictureSampler {
  DDIM("DDIMScheduler"),
  DDPM("DDPMScheduler"),
  PNDM("PNDMScheduler"),
  EULER("EulerDiscreteScheduler"),
  EULER_ANCESTRAL("EulerAncestralDiscreteScheduler"),
  DPM("DPMSolverMultistepScheduler");

  private final String className;

  PictureSampler(String className) {
    this.className = className;
  }

  /** With what a scheduler's file states of noise, prediction and spacing. */
  Sampler of(SchedulerConfig config) {
    return config.sampler(className);
  }
}
