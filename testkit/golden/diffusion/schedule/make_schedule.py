"""Makes schedule.json, samplers.json and safe.json with diffusers.

The image of a run is diffusers' own test sample, arange(768) / 768 as (3, 8, 8, 4) permuted to
(4, 3, 8, 8); the denoiser is x t / (t + 1). Noise of step i, where a sampler draws any, is
((7919 k + 104729 (i + 1)) mod 2003) / 1001 - 1 for its k-th value.
"""

import json
import math
import pathlib
import sys

import diffusers
import torch
from diffusers.pipelines.deprecated.stable_diffusion_safe.pipeline_stable_diffusion_safe import (
    StableDiffusionPipelineSafe,
)
from diffusers.schedulers import scheduling_ddpm, scheduling_euler_ancestral_discrete

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))
import golden_json  # noqa: E402

SHAPE = (4, 3, 8, 8)
EVERY = 8


def drawn(step, shape):
    k = torch.arange(math.prod(shape), dtype=torch.int64)
    values = ((7919 * k + 104729 * (step + 1)) % 2003).double() / 1001 - 1
    return values.float().reshape(shape)


def sample():
    return (torch.arange(768) / 768).reshape(3, 8, 8, 4).permute(3, 0, 1, 2).contiguous()


def listed(tensor):
    return [float(value) for value in tensor.flatten()]


class Drawer:
    """Stands in for diffusers' randn_tensor."""

    step = 0

    def __call__(self, shape, **unused):
        return drawn(self.step, shape)


DRAWER = Drawer()
scheduling_ddpm.randn_tensor = DRAWER
scheduling_euler_ancestral_discrete.randn_tensor = DRAWER


def run(scheduler, steps, eta):
    scheduler.set_timesteps(steps)
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(0)  # else it looks for the first timestep, which may occur twice
    initial = float(scheduler.init_noise_sigma)
    x = sample() * initial
    for step, t in enumerate(scheduler.timesteps):
        DRAWER.step = step
        scaled = scheduler.scale_model_input(x, t)
        output = scaled * t / (t + 1)
        more = {"eta": eta, "variance_noise": drawn(step, SHAPE)} if eta else {}
        x = scheduler.step(output, t, x, **more).prev_sample
    return initial, x


def case(name, kind, steps=10, eta=0.0, **config):
    scheduler = getattr(diffusers, kind)(**config)
    stored = json.loads(scheduler.to_json_string())
    stored.pop("_diffusers_version")
    initial, x = run(scheduler, steps, eta)
    made = {
        "name": name,
        "config": {key: value for key, value in stored.items() if value != -math.inf},
        "steps": steps,
        "eta": eta,
        "timesteps": listed(scheduler.timesteps),
        "initial_scale": initial,
        "sum": float(x.double().abs().sum()),
        "values": listed(x)[::EVERY],
    }
    if hasattr(scheduler, "sigmas"):
        made["sigmas"] = listed(scheduler.sigmas)
    return made


SD = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
COSINE = {"beta_schedule": "squaredcos_cap_v2"}
V = {"prediction_type": "v_prediction"}
X0 = {"prediction_type": "sample"}
ZERO = {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing", **V}


def spaced(kind):
    return {"timestep_spacing": kind}


def ddpm_cases():
    kind = "DDPMScheduler"
    yield case("ddpm", kind)
    yield case("ddpm large", kind, variance_type="fixed_large", **spaced("trailing"))
    yield case("ddpm small log", kind, variance_type="fixed_small_log", **spaced("linspace"))
    yield case("ddpm v cosine", kind, clip_sample=False, **V, **COSINE)
    yield case("ddpm x0", kind, steps_offset=1, clip_sample_range=0.5, **X0)
    yield case("ddpm zero snr", kind, clip_sample=False, **ZERO)
    yield case("ddpm offset", kind, steps=7, steps_offset=1, clip_sample=False, **SD)
    yield case("ddpm all steps", kind, steps=200, num_train_timesteps=200)


def ddim_cases():
    kind = "DDIMScheduler"
    latents = {"clip_sample": False, "set_alpha_to_one": False, "steps_offset": 1, **SD}
    yield case("ddim", kind)
    yield case("ddim latents", kind, **latents)
    yield case("ddim latents v", kind, **latents, **V)
    yield case("ddim eta 1", kind, eta=1.0)
    yield case("ddim eta 0.5 latents", kind, eta=0.5, **latents)
    yield case("ddim linspace", kind, **spaced("linspace"))
    yield case("ddim trailing 7", kind, steps=7, **spaced("trailing"))
    yield case("ddim trailing 48", kind, steps=48, **spaced("trailing"))
    yield case("ddim x0", kind, steps_offset=1, **X0)
    yield case("ddim zero snr", kind, clip_sample=False, **ZERO)
    yield case("ddim clip 0.3 v cosine", kind, clip_sample_range=0.3, **V, **COSINE)
    yield case("ddim 27", kind, steps=27, num_train_timesteps=100)


def pndm_cases():
    kind = "PNDMScheduler"
    latents = {"skip_prk_steps": True, "steps_offset": 1, **SD}
    yield case("pndm latents", kind, **latents)
    yield case("pndm latents v", kind, **latents, **V)
    for steps in (1, 2, 3):
        yield case(f"pndm latents {steps}", kind, steps=steps, **latents)
    yield case("pndm latents to one", kind, set_alpha_to_one=True, **latents)
    yield case("pndm latents linspace", kind, **latents, **spaced("linspace"))
    yield case("pndm latents trailing", kind, steps=7, **latents, **spaced("trailing"))
    yield case("pndm", kind)
    yield case("pndm v", kind, **V)
    yield case("pndm trailing 13", kind, steps=13, **spaced("trailing"))
    yield case("pndm 4", kind, steps=4)


def euler_cases():
    kind = "EulerDiscreteScheduler"
    latents = {"timestep_spacing": "leading", "steps_offset": 1, **SD}
    yield case("euler", kind)
    yield case("euler fractions", kind, num_train_timesteps=1100)
    yield case("euler latents", kind, **latents)
    yield case("euler latents v", kind, **latents, **V)
    yield case("euler karras", kind, use_karras_sigmas=True, **SD)
    yield case("euler karras latents", kind, use_karras_sigmas=True, **latents)
    yield case("euler trailing", kind, **SD, **spaced("trailing"))
    yield case("euler sigma_min", kind, final_sigmas_type="sigma_min", **latents)
    yield case("euler x0", kind, **latents, **X0)
    yield case("euler zero snr", kind, **SD, **ZERO)
    yield case("euler one step", kind, steps=1, **SD, **spaced("trailing"))
    kind = "EulerAncestralDiscreteScheduler"
    yield case("euler ancestral", kind)
    yield case("euler ancestral latents", kind, **latents)
    yield case("euler ancestral v", kind, **SD, **V, **spaced("trailing"))
    yield case("euler ancestral zero snr", kind, **SD, **ZERO)
    yield case("euler ancestral cosine", kind, **COSINE)


def dpm_cases():
    kind = "DPMSolverMultistepScheduler"
    yield case("dpm", kind)
    yield case("dpm latents", kind, **SD)
    yield case("dpm latents 20", kind, steps=20, **SD)
    yield case("dpm latents v", kind, **SD, **V)
    yield case("dpm x0", kind, **SD, **X0)
    yield case("dpm leading", kind, steps_offset=1, **SD, **spaced("leading"))
    yield case("dpm trailing 7", kind, steps=7, **SD, **spaced("trailing"))
    yield case("dpm karras", kind, use_karras_sigmas=True, **SD)
    yield case("dpm karras cosine", kind, use_karras_sigmas=True, **COSINE)
    yield case("dpm sigma_min 20", kind, steps=20, final_sigmas_type="sigma_min", **SD)
    yield case("dpm sigma_min 10", kind, final_sigmas_type="sigma_min", **SD)
    second = {"final_sigmas_type": "sigma_min", "lower_order_final": False}
    yield case("dpm second order end", kind, **second, **SD)
    yield case("dpm euler end", kind, euler_at_final=True, **second, **SD)
    yield case("dpm clipped cosine", kind, lambda_min_clipped=-5.1, **COSINE)
    yield case("dpm zero snr", kind, **SD, **ZERO)
    yield case("dpm one step", kind, steps=1, **SD)


def schedules():
    clean, noise = drawn(0, (3, 1, 2, 2)), drawn(1, (3, 1, 2, 2))
    t = torch.tensor([0, 400, 999])
    configs = {
        "linear": {},
        "scaled_linear": SD,
        "cosine": COSINE,
        "linear zero snr": ZERO,
        "scaled_linear zero snr": {**SD, **ZERO},
    }
    for name, config in configs.items():
        scheduler = diffusers.DDPMScheduler(**config)
        yield {
            "name": name,
            "betas": {key: config[key] for key in config if "beta" in key},
            "alphas_cumprod": listed(scheduler.alphas_cumprod),
            "timesteps": t.tolist(),
            "noisy": listed(scheduler.add_noise(clean, noise, t)),
            "velocity": listed(scheduler.get_velocity(clean, noise, t)),
        }


def safe():
    """Six steps of safe latent diffusion by diffusers' own method, on formula predictions."""
    settings = {
        "mild": (25.0, 2, 0.01, 0.3, 0.4),
        "no momentum": (200.0, 0, 0.0, 0.0, 0.0),
        "strong": (2000.0, 3, 0.025, 0.5, 0.7),
        "max": (5000.0, 0, 1.0, 0.5, 0.7),
    }
    for name, (scale, warm_up, threshold, momentum_scale, beta) in settings.items():
        momentum, steps = None, []
        for i in range(6):
            empty, text, concept = (0.05 * drawn(3 * i + j, (1, 2, 2, 2)) for j in range(3))
            guidance, momentum = StableDiffusionPipelineSafe.perform_safety_guidance(
                None, True, momentum, text - empty, (text, empty, concept), i,
                scale, warm_up, threshold, momentum_scale, beta,
            )  # fmt: skip
            steps.append(listed(empty + 7.5 * guidance))
        yield {
            "name": name,
            "safety_scale": scale,
            "warm_up": warm_up,
            "threshold": threshold,
            "momentum_scale": momentum_scale,
            "momentum_decay": beta,
            "outputs": steps,
        }


def main():
    source = f"diffusers {diffusers.__version__}, torch {torch.__version__.split('+')[0]}"
    cases = [
        made
        for family in (ddpm_cases, ddim_cases, pndm_cases, euler_cases, dpm_cases)
        for made in family()
    ]
    golden_json.write(
        HERE / "samplers.json", {"source": source, "every": EVERY, "cases": cases}, 9
    )
    golden_json.write(
        HERE / "schedule.json", {"source": source, "cases": list(schedules())}, 9
    )
    golden_json.write(
        HERE / "safe.json", {"source": source, "guidance": 7.5, "cases": list(safe())}, 9
    )


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
