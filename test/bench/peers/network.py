"""The reference network in PyTorch, as a peer to time ours against.

Written from the published description (Azad, Rouhier, Cohen-Adad 2021; Newell, Yang, Deng 2016; He et al. 2016
pre-activation residuals), with the tensor names of the reference's checkpoints. Prints the JSON that
`disc-labeling bench network --json` prints.

    python network.py --batch 1 --threads 2 --runs 20 [--serve]

With --serve it does one timed run for each line on standard input and prints its seconds, so that two
programs can be timed in turns; an empty line ends it.
"""

import argparse
import json
import resource
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional


class Bottleneck(nn.Module):
    """BN, ReLU, 1x1; BN, ReLU, 3x3; BN, ReLU, 1x1 to twice the width; plus the input."""

    def __init__(self, width, planes):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(width), nn.Conv2d(width, planes, 1)
        self.bn2, self.conv2 = nn.BatchNorm2d(planes), nn.Conv2d(planes, planes, 3, padding=1)
        self.bn3, self.conv3 = nn.BatchNorm2d(planes), nn.Conv2d(planes, 2 * planes, 1)
        widens = width != 2 * planes
        self.downsample = nn.Sequential(nn.Conv2d(width, 2 * planes, 1)) if widens else nn.Identity()

    def forward(self, x):
        y = self.conv1(functional.relu(self.bn1(x)))
        y = self.conv2(functional.relu(self.bn2(y)))
        y = self.conv3(functional.relu(self.bn3(y)))
        return y + self.downsample(x)


def module(planes, blocks):
    return nn.Sequential(*(Bottleneck(2 * planes, planes) for _ in range(blocks)))


class Hourglass(nn.Module):
    def __init__(self, make, depth=4):
        """`make` makes one module of residuals."""
        super().__init__()
        branches = lambda level: 4 if level == 0 else 3
        self.hg = nn.ModuleList(nn.ModuleList(make() for _ in range(branches(level))) for level in range(depth))

    def descend(self, x, level):
        branches = self.hg[level]
        lower = branches[1](functional.max_pool2d(x, 2))
        lower = self.descend(lower, level - 1) if level else branches[3](lower)
        return branches[0](x) + functional.interpolate(branches[2](lower), scale_factor=2)

    def forward(self, x):
        return self.descend(x, len(self.hg) - 1)


class Network(nn.Module):
    def __init__(self, planes=128, stacks=2, blocks=1, joints=11):
        super().__init__()
        width, half = 2 * planes, planes // 2
        self.conv1, self.bn1 = nn.Conv2d(3, half, 7, stride=2, padding=3), nn.BatchNorm2d(half)
        self.layer1 = nn.Sequential(Bottleneck(half, half))
        self.layer2 = nn.Sequential(Bottleneck(planes, planes))
        self.layer3 = nn.Sequential(Bottleneck(width, planes))
        each = lambda make, count=stacks: nn.ModuleList(make() for _ in range(count))
        self.hg = each(lambda: Hourglass(lambda: module(planes, blocks)))
        self.res = each(lambda: module(planes, max(blocks, 1)))
        self.fc = each(lambda: nn.Sequential(nn.Conv2d(width, width, 1), nn.BatchNorm2d(width), nn.ReLU()))
        self.score = each(lambda: nn.Conv2d(width, joints, 1))
        self.fc_ = each(lambda: nn.Conv2d(width, width, 1), stacks - 1)
        self.score_ = each(lambda: nn.Conv2d(joints, width, 1), stacks - 1)
        steps = []
        for source, target in [(width * stacks, planes), (planes, 16), (16, 8)]:
            steps += [nn.Conv2d(source, target, 1, bias=False), nn.BatchNorm2d(target), nn.ReLU()]
        self.attention = nn.Sequential(*steps, nn.Conv2d(8, 1, 1, bias=False), nn.Sigmoid())

    def forward(self, x):
        x = self.layer1(functional.relu(self.bn1(self.conv1(x))))
        x = self.layer3(self.layer2(functional.max_pool2d(x, 2)))
        features, scores = [], []
        for stack, hourglass in enumerate(self.hg):
            y = self.fc[stack](self.res[stack](hourglass(x)))
            features.append(y)
            last = stack == len(self.hg) - 1
            if last:
                attention = self.attention(torch.cat(features, dim=1))
                y = y * attention
            score = self.score[stack](y)
            scores.append(score)
            if not last:
                x = x + self.fc_[stack](y) + self.score_[stack](score)
        enlarged = [functional.interpolate(s, scale_factor=4, mode="bilinear") for s in scores]
        return enlarged, attention


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    network = Network().eval()
    images = torch.rand(options.batch, 1, 256, 256).repeat(1, 3, 1, 1)

    def run():
        start = time.perf_counter()
        with torch.inference_mode():
            network(images)
        return time.perf_counter() - start

    for _ in range(2):
        run()
    if options.serve:
        print(json.dumps({"torch": torch.__version__, "parameters": count(network)}), flush=True)
        for line in sys.stdin:
            if not line.strip():
                break
            print(run(), flush=True)
        return
    seconds = [run() for _ in range(options.runs)]
    print(json.dumps(report(seconds, options)))


def count(network):
    return sum(parameter.numel() for parameter in network.parameters())


def report(seconds, options):
    return {
        "engine": f"pytorch-{torch.__version__}",
        "threads": options.threads,
        "batch": options.batch,
        "runs": options.runs,
        "seconds": {"min": min(seconds), "median": statistics.median(seconds), "max": max(seconds)},
        "peakMemory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


if __name__ == "__main__":
    main()
