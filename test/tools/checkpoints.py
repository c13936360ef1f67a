"""Writes the small checkpoints of test/fixtures/checkpoints: every way Python stores the reference's weights.

    python test/tools/checkpoints.py

Needs torch, numpy and safetensors (written with torch 2.15 and safetensors 0.8). The numbers follow a rule (see `number`) that every floating-point
type holds exactly, so that the test computes them again instead of keeping a second copy.
"""

import argparse
import collections
import json
import pathlib
import sys

import numpy
import torch
from safetensors.torch import save_file

root = pathlib.Path(__file__).parents[1]
sys.path.append(str(root / "bench" / "peers"))
from network import Network  # noqa: E402

folder = root / "fixtures" / "checkpoints"
features = 2


def number(name, count):
    """Multiples of 1/64 of at most seven bits, from the tensor's name and the element's index."""
    values = (7 * torch.arange(count) + 13 * len(name)) % 127
    return (values + 1 if name.endswith("running_var") else values - 63) / 64


def make(stacks, blocks, joints, attention=True):
    """A network with the rule's numbers, its state dict, and its configuration."""
    network = Network(features, stacks, blocks, joints)
    if not attention:
        del network.attention
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if tensor.is_floating_point():
                tensor.copy_(number(name, tensor.numel()).reshape(tensor.shape))
            else:
                tensor.fill_(6)
    config = {"stacks": stacks, "blocks": blocks, "features": features, "joints": joints, "attention": attention}
    return network, config


manifest = {}


def save(file, content, config, legacy=True, **options):
    torch.save(content, folder / file, _use_new_zipfile_serialization=not legacy, **options)
    manifest[file] = {"format": "legacy" if legacy else "zip", **config}


def renamed(state, prefix):
    return collections.OrderedDict((prefix + name, tensor) for name, tensor in state.items())


def beside(network):
    """What training programs keep beside the weights."""
    optimizer = torch.optim.Adam(list(network.parameters())[:3])
    for parameter in optimizer.param_groups[0]["params"]:
        parameter.grad = torch.ones_like(parameter)
    # The numbers must stay the rule's: the optimiser gets its state from a step of size zero.
    optimizer.param_groups[0]["lr"] = 0.0
    optimizer.step()
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [60, 90])
    return {
        "epoch": 12,
        "arch": "hg",
        "best_acc": numpy.float64(0.75),
        "curve": numpy.arange(3, dtype=numpy.float32),
        "options": argparse.Namespace(lr=2.5e-4, schedule=[60, 90]),
        "seen": {"sub-01", "sub-02"},
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "random": torch.arange(16, dtype=torch.uint8),
        "mask": torch.tensor([True, False]),
    }


def shared(state):
    """All floating-point tensors as windows of one piece of memory."""
    floats = {name: tensor for name, tensor in state.items() if tensor.is_floating_point()}
    flat = torch.cat([tensor.flatten() for tensor in floats.values()])
    windows = dict(zip(floats, flat.split([tensor.numel() for tensor in floats.values()])))
    return {name: windows[name].view(tensor.shape) for name, tensor in floats.items()}


def strided(tensor):
    """The same numbers in another order of memory: filters channels last, vectors with gaps."""
    if tensor.dim() == 4:
        return tensor.contiguous(memory_format=torch.channels_last)
    return torch.stack([tensor, -tensor], dim=1)[:, 0] if tensor.dim() == 1 else tensor


def main():
    folder.mkdir(parents=True, exist_ok=True)

    # The reference: a dictionary with one entry, names with DataParallel's prefix.
    network, config = make(stacks=1, blocks=0, joints=3)
    save("reference.pt", {"model_weights": torch.nn.DataParallel(network).state_dict()}, config, legacy=False)
    network, config = make(stacks=1, blocks=2, joints=2, attention=False)
    save("reference-legacy.pt", {"model_weights": torch.nn.DataParallel(network).state_dict()}, config)
    network, config = make(stacks=3, blocks=0, joints=1)
    save("stacks-shared.pt", {"model_weights": shared(renamed(network.state_dict(), "module."))}, config, legacy=False)

    # As many training programs save: beside an optimiser's state, options, NumPy's numbers.
    network, config = make(stacks=1, blocks=0, joints=2, attention=False)
    state = renamed(network.state_dict(), "module.")
    save("beside-optimizer.pth.tar", {**beside(network), "state_dict": state}, config, legacy=False)
    save("beside-optimizer-legacy.pth.tar", {"hourglass": state, **beside(network)}, config)

    # Bare, in other types, with other prefixes, strides and pickles.
    bare = network.state_dict()
    for kind in [torch.float16, torch.bfloat16, torch.float64]:
        state = {name: tensor.to(kind) if tensor.is_floating_point() else tensor for name, tensor in bare.items()}
        save(f"{str(kind).removeprefix('torch.')}.pt", state, config)
    save("compiled.pt", renamed(bare, "module._orig_mod."), config)
    save("strided.pt", {name: strided(tensor) for name, tensor in bare.items()}, config)
    save("shared-legacy.pt", shared(bare), config)
    parameters = {**dict(network.named_parameters()), **dict(network.named_buffers())}
    save("parameters.pt", parameters, config, pickle_protocol=4)

    # The other format, by its own library, two types of numbers in one file.
    halved = {name for name in bare if name.startswith("score") and not name.endswith("tracked")}
    mixed = {"module." + name: tensor.half() if name in halved else tensor for name, tensor in bare.items()}
    save_file(mixed, folder / "mixed.safetensors")
    manifest["mixed.safetensors"] = {"format": "safetensors", **config}

    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
