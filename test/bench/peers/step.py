"""A whole training step (forward, loss, gradients, clipping, optimiser) in PyTorch, as a peer to time ours against.

    python step.py --network reference|light --batch 3 --threads 2 [--channels-last]

Does one timed step for each line on standard input and prints its seconds, wall-clock and of all processors, and the
peak memory, so that two programs can be timed in turns; an empty line ends it. The reference network learns with
RMSprop, the light one with Adam and clipped gradients.
"""

import argparse
import json
import resource
import sys
import time

import torch
from torch.nn import functional

from light import LightNetwork
from network import Hourglass, Network


def reference_loss(heatmaps, targets, visibility):
    """Azad et al. 2021: per joint half the mean squared difference, averaged over joints, summed over stacks."""
    goal = targets * visibility
    return sum(0.5 * functional.mse_loss(h * visibility, goal) for h in heatmaps)


def weighted_loss(heatmaps, targets, visibility, peak_weight=8, any_disc_weight=2):
    """(1 + 8 t) (p - t)², the last map counted twice."""
    joints = targets.shape[1]
    counts = torch.ones(1, joints, 1, 1)
    counts[:, -1] = any_disc_weight
    importance = (1 + peak_weight * targets) * counts * visibility
    scale = joints / counts.sum() / targets.numel()
    return sum(((h - targets).square() * importance).sum() * scale for h in heatmaps)


def training(options):
    torch.manual_seed(0)
    light = options.network == "light"
    channels, joints, grid = (1, 12, 64) if light else (3, 11, 256)
    if light:
        network = LightNetwork(Hourglass)
        optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    else:
        network = Network()
        optimizer = torch.optim.RMSprop(network.parameters(), lr=2.5e-4)
    network.train()
    images = torch.rand(options.batch, channels, 256, 256)
    targets = torch.rand(options.batch, joints, grid, grid)
    visibility = torch.ones(options.batch, joints, 1, 1)
    if options.channels_last:
        network = network.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)

    def step():
        optimizer.zero_grad(set_to_none=True)
        if light:
            weighted_loss(network(images), targets, visibility).backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 5)
        else:
            reference_loss(network(images)[0], targets, visibility).backward()
        optimizer.step()

    return step


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", choices=["reference", "light"], default="reference")
    parser.add_argument("--batch", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--channels-last", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    start = time.perf_counter()
    step = training(options)
    engine = f"pytorch-{torch.__version__}"
    print(json.dumps({"engine": engine, "startSeconds": time.perf_counter() - start}), flush=True)
    for line in sys.stdin:
        if not line.strip():
            break
        before, spent = time.perf_counter(), time.process_time()
        step()
        seconds, spent = time.perf_counter() - before, time.process_time() - spent
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"seconds": seconds, "processorSeconds": spent, "peakMemory": peak}), flush=True)


if __name__ == "__main__":
    main()
