"""Makes descent.json: losses of erasing concepts and their gradients, by torch and diffusers.

Two tiny UNet2DConditionModels: the start, whose weights follow from their names (../formula.py), and
the model that is trained, whose trained weights are half the start's and half those of "now." + name.
Images, noise and text states are inputs by name (formula.inputs). Losses are written out here from
the papers' formulas with autograd; alphas are those of diffusers' DDPMScheduler. Float64 throughout.
"""

import copy
import json
import pathlib
import sys
import tempfile

import torch
import torch.nn.functional as F
from diffusers import DDPMScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE.parent.parent))

import formula
import golden_json

SETTINGS = dict(
    sample_size=8,
    in_channels=3,
    out_channels=3,
    block_out_channels=(8, 16),
    down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
    up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    layers_per_block=1,
    attention_head_dim=2,  # heads, in spite of its name
    cross_attention_dim=12,
    norm_num_groups=4,
)
TEXT = dict(
    vocab_size=30,
    hidden_size=12,
    intermediate_size=24,
    num_hidden_layers=2,
    num_attention_heads=2,
    max_position_embeddings=8,
    eos_token_id=29,
    bos_token_id=28,
    pad_token_id=29,
    hidden_act="quick_gelu",
)
ROWS, TOKENS = 2, 5
BARRIER = 100.0
T = [37, 640]
IDS = [[28, 3, 7, 11, 29, 29, 29, 29], [28, 5, 29, 29, 29, 29, 29, 29]]
SCHEDULE = DDPMScheduler()  # linear, 0.0001 to 0.02, noise is predicted


def new_unet():
    return formula.fill(UNet2DConditionModel(**SETTINGS)).eval().double()


START = new_unet()
START.requires_grad_(False)


def halfway(name, tensor):
    own = formula.values("now." + name, tuple(tensor.shape)).to(tensor.dtype)
    return (tensor + own) / 2


def of_map(model, name):
    weight = dict(model.named_parameters()).get(name.rsplit(".", 1)[0] + ".weight")
    return weight is not None and weight.dim() > 1


def region(model, number, name):
    cross = ".attn2." in name
    if number == 0:
        return cross and of_map(model, name)
    if number == 1:
        return not cross and of_map(model, name)
    if number == 2:
        return cross and (".to_k." in name or ".to_v." in name)
    return True


def trained(number, moved=True):
    """A model of which only a region is trained."""
    model = new_unet()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            chosen = region(model, number, name)
            parameter.requires_grad_(chosen)
            if chosen and moved:
                parameter.copy_(halfway(name, parameter))
    return model


def image(name):
    return formula.inputs(name, (ROWS, 3, 8, 8)).double()


def text(name):
    return formula.inputs("text." + name, (ROWS, TOKENS, 12)).double()


def out(model, x, states, t=T):
    return model(x, torch.tensor(t), states).sample


def diffused(clean, noise, t=T):
    alpha = SCHEDULE.alphas_cumprod.double()[torch.tensor(t)].view(-1, 1, 1, 1)
    return alpha.sqrt() * clean + (1 - alpha).sqrt() * noise


def training(model, name, states):
    """The loss of training on an image and a noise of a name."""
    noise = image(name + ".noise")
    return F.mse_loss(out(model, diffused(image(name), noise), states), noise)


def flat(model):
    return torch.cat([p.grad.flatten() for p in model.parameters() if p.requires_grad])


def record(name, model, loss, **more):
    model.zero_grad(set_to_none=False)
    loss.backward()
    norms = {n: p.grad.norm().item() for n, p in model.named_parameters() if p.requires_grad}
    total = sum(v * v for v in norms.values()) ** 0.5
    print(name, loss.item(), total)
    return dict(name=name, loss=loss.item(), gradient=total, gradient_norms=norms, **more)


def esd():
    for number in (0, 1, 2):
        model = trained(number)
        x, c, empty = image("x"), text("c"), text("empty")
        with torch.no_grad():
            target = out(START, x, empty) - 1.5 * (out(START, x, c) - out(START, x, empty))
        yield record(f"esd-{number}", model, F.mse_loss(out(model, x, c), target), region=number)


def ablation():
    for based, prior in ((0, 0.0), (1, 0.5)):
        model = trained(2)
        noise = image("anchor.noise")
        x = diffused(image("anchor"), noise)
        wanted = noise if based else out(model, x, text("anchor")).detach()
        loss = F.mse_loss(out(model, x, text("c")), wanted)
        loss = loss + prior * training(model, "anchor", text("anchor"))
        yield record(f"ca-{based}", model, loss, noiseBased=based, priorWeight=prior)


def salun():
    start = trained(3, moved=False)
    training(start, "forget", text("c")).backward()
    size = flat(start).abs()
    threshold = size.median()
    counts = {}
    for name, parameter in start.named_parameters():
        counts[name] = int((parameter.grad.abs() >= threshold).sum())
    model = trained(3)
    x = diffused(image("forget"), image("forget.noise"))
    other = out(model, x, text("other")).detach()
    loss = F.mse_loss(out(model, x, text("c")), other)
    loss = loss + 0.1 * training(model, "retain", text("kept"))
    found = record("salun", model, loss, counts=counts, threshold=threshold.item())
    mask = {n: p.grad.abs() >= threshold for n, p in start.named_parameters()}
    masked = [(p.grad * mask[n]).norm().item() ** 2 for n, p in model.named_parameters()]
    found["masked_gradient"] = sum(masked) ** 0.5
    yield found


class Added(torch.nn.Module):
    """A map with an addition of rank one."""

    def __init__(self, inner, down, up):
        super().__init__()
        self.inner, self.down, self.up = inner, torch.nn.Parameter(down), torch.nn.Parameter(up)

    def forward(self, x):
        call = F.conv2d if self.inner.weight.dim() == 4 else F.linear
        return self.inner(x) + call(call(x, self.down), self.up)


def spm():
    model = new_unet()
    model.requires_grad_(False)
    adapters = {}
    for name, module in list(model.named_modules()):
        if isinstance(module, (torch.nn.Linear, torch.nn.Conv2d)) and "attentions." in name:
            shape = tuple(module.weight.shape)
            point = (shape[0], 1) + (1,) * (len(shape) - 2)
            down = formula.values(name + ".down.weight", (1,) + shape[1:]).double()
            up = 0.3 * formula.values(name + ".up.weight", point).double()
            parent, last = name.rsplit(".", 1)
            wrapped = Added(module, down, up)
            setattr(model.get_submodule(parent), last, wrapped)
            adapters[name] = wrapped
    x = image("x")
    with torch.no_grad():
        empty = out(START, x, text("empty"))
        target = out(START, x, text("other")) - 1.0 * (out(START, x, text("c")) - empty)
        kept = out(START, x, text("kept"))
    loss = F.mse_loss(out(model, x, text("c")), target)
    loss = loss + 10 * F.mse_loss(out(model, x, text("kept")), kept)
    loss.backward()
    norms = {}
    for name, each in adapters.items():
        norms[name + ".down.weight"] = each.down.grad.norm().item()
        norms[name + ".up.weight"] = each.up.grad.norm().item()
    total = sum(v * v for v in norms.values()) ** 0.5
    print("spm", loss.item(), total)
    yield dict(name="spm", loss=loss.item(), gradient=total, gradient_norms=norms)


def erasediff():
    def wrong(model):
        x = diffused(image("forget"), image("forget.noise"))
        return F.mse_loss(out(model, x, text("c")), image("wrong"))

    model = trained(3)
    first = wrong(model)
    first.backward()
    forget = flat(model)
    inner = copy.deepcopy(model)
    inner.zero_grad()
    for _ in range(2):
        inner.zero_grad()
        wrong(inner).backward()
        with torch.no_grad():
            for p in inner.parameters():
                p -= 0.01 * p.grad
    q = (first - wrong(inner)).item()
    found = record("erasediff", model, training(model, "retain", text("kept")), q=q)
    retain = flat(model)
    weight = max(0.0, (BARRIER * q - (retain @ forget).item()) / (forget @ forget).item())
    found.update(forgetting=first.item(), weight=weight)
    found["combined_gradient"] = (retain + weight * forget).norm().item()
    yield found


def amnesia():
    fisher = None
    for row in range(ROWS):
        start = trained(3, moved=False)
        clean = image("replay")[row : row + 1].expand(ROWS, -1, -1, -1)
        noise = image(f"fisher.{row}")
        states = text("kept")[row : row + 1].expand(ROWS, -1, -1)
        gap = out(start, diffused(clean, noise, [0, 500]), states, [0, 500]) - noise
        (gap.square().sum() * 1000 / 2).backward()
        square = {n: p.grad**2 / ROWS for n, p in start.named_parameters()}
        fisher = square if fisher is None else {n: fisher[n] + square[n] for n in square}
    model = trained(3)
    begin = dict(START.named_parameters())
    pixels = 3 * 8 * 8
    loss = pixels * training(model, "forget", text("c"))
    loss = loss + 0.5 * pixels * training(model, "replay", text("kept"))
    pull = sum((fisher[n] * (p - begin[n]) ** 2).sum() for n, p in model.named_parameters())
    sums = {n: f.sum().item() for n, f in fisher.items()}
    yield record("sa", model, loss + 1e-6 * pull, fisher=sums, pull=1e-6 * pull.item())


def encoder(moved):
    model = CLIPTextModel(CLIPTextConfig(**TEXT)).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            full = name if name.startswith("text_model.") else "text_model." + name
            parameter.copy_(formula.values(full, tuple(parameter.shape)))
            if moved:
                parameter.copy_(halfway(full, parameter))
    return model.double()


def full(name):
    return name if name.startswith("text_model.") else "text_model." + name


def embed(model):
    name = next(n for n, _ in model.named_modules() if n.endswith("token_embedding"))
    return model.get_submodule(name)(torch.tensor(IDS))


def states(model, embedded):
    """Through the encoder from token embeddings, by a hook in place of the table's output."""
    name = next(n for n, _ in model.named_modules() if n.endswith("token_embedding"))
    handle = model.get_submodule(name).register_forward_hook(lambda m, i, o: embedded)
    try:
        return model(input_ids=torch.tensor(IDS)).last_hidden_state
    finally:
        handle.remove()


def adversary():
    before, model = encoder(False), encoder(True)
    before.requires_grad_(False)
    x = image("x")
    with torch.no_grad():
        old = out(START, x, states(before, embed(before)))
        empty = out(START, x, text("empty"))
        target = empty - 1.0 * (old - empty)
    delta = formula.inputs("delta", (ROWS, 1, 12)).double() * 0.1

    def prefixed(added):
        plain = embed(model)
        return states(model, torch.cat([plain[:, :1], added, plain[:, 1:-1]], 1))

    for _ in range(3):
        leaf = delta.clone().requires_grad_()
        attack = F.mse_loss(out(START, x, prefixed(leaf)), old)
        attack.backward()
        delta = delta - 0.05 * leaf.grad.sign()
    loss = F.mse_loss(out(START, x, prefixed(delta)), target)
    loss = loss + 0.3 * F.mse_loss(out(START, x, states(model, embed(model))), old)
    model.zero_grad()
    loss.backward()
    norms = {full(n): p.grad.norm().item() for n, p in model.named_parameters()}
    total = sum(v * v for v in norms.values()) ** 0.5
    print("advunlearn", loss.item(), total)
    more = dict(attack=attack.item(), delta=delta.flatten().tolist(), ids=IDS)
    yield dict(name="advunlearn", loss=loss.item(), gradient=total, gradient_norms=norms, **more)


def config(model):
    with tempfile.TemporaryDirectory() as folder:
        if isinstance(model, CLIPTextModel):
            model.config.architectures = ["CLIPTextModel"]
            model.config.save_pretrained(folder)
        else:
            model.save_config(folder)
        return json.loads((pathlib.Path(folder) / "config.json").read_text())


if __name__ == "__main__":
    torch.set_num_threads(1)
    makers = (esd, ablation, salun, spm, erasediff, amnesia, adversary)
    cases = [case for make in makers for case in make()]
    golden_json.write(
        HERE / "descent.json",
        {"config": config(START), "text_config": config(encoder(False)), "cases": cases},
        9,
    )
