"""The light network in PyTorch: two 3x3 convolutions per residual, heat maps on the quarter grid.

Tensor names and order of operations are those of `models/src/hourglass.ts`.
"""

import torch
from torch import nn
from torch.nn import functional


class Residual(nn.Module):
    """3x3, BN, ReLU; 3x3, BN; plus the input; ReLU."""

    def __init__(self, width):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)

    def forward(self, x):
        y = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(y)) + x)


class LightNetwork(nn.Module):
    def __init__(self, hourglass, width=48, stacks=2, joints=12):
        """`hourglass` makes one from a function that makes a module of residuals."""
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(1, 16, 7, stride=2, padding=3, bias=False), nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, width, 3, stride=2, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        each = lambda make, count=stacks: nn.ModuleList(make() for _ in range(count))
        self.hg = each(lambda: hourglass(lambda: nn.Sequential(Residual(width))))
        head = lambda: [nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
        self.fc = each(lambda: nn.Sequential(*head()))
        self.score = each(lambda: nn.Conv2d(width, joints, 1))
        self.fc_ = each(lambda: nn.Conv2d(width, width, 1), stacks - 1)
        self.score_ = each(lambda: nn.Conv2d(joints, width, 1), stacks - 1)
        steps = []
        for source, target in [(width * stacks, width), (width, 16), (16, 8)]:
            steps += [nn.Conv2d(source, target, 1, bias=False), nn.BatchNorm2d(target), nn.ReLU()]
        self.attention = nn.Sequential(*steps, nn.Conv2d(8, 1, 1, bias=False), nn.Sigmoid())

    def forward(self, x):
        x = functional.relu(self.bn1(self.conv1(x)))
        x = functional.relu(self.bn2(self.conv2(x)))
        features, scores = [], []
        for stack, hourglass in enumerate(self.hg):
            y = self.fc[stack](hourglass(x))
            features.append(y)
            last = stack == len(self.hg) - 1
            if last:
                y = y * self.attention(torch.cat(features, dim=1))
            score = self.score[stack](y)
            scores.append(score)
            if not last:
                x = x + self.fc_[stack](y) + self.score_[stack](score)
        return scores
