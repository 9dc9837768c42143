"""The digest of a checkpoint, as palimpsest.torch.diffusion.checkpoint.DiffusionCheckpoint defines it."""

import hashlib

import torch

TYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"}


def digest(components):
    """components: name to tensors by name, as diffusers names both."""
    whole = hashlib.sha256()
    for component in sorted(components):
        for name, tensor in sorted(components[component].items()):
            stored = tensor.contiguous().view(torch.uint8).numpy().tobytes()
            shape = ",".join(map(str, tensor.shape))
            elements = hashlib.sha256(stored).hexdigest()
            whole.update(f"{component}/{name} {TYPES[tensor.dtype]} [{shape}] {elements}\n".encode())
    return whole.hexdigest()
