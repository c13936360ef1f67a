"""The twin of our training of the light network: same batches, weights, rates, clipping, averages and loss.

    python accuracy.py FOLDER THREADS

Works through the folder that `test/bench/accuracy.mjs` fills. Each line on standard input is `train K` (the next K
steps) or `save NAME` (the averaged weights, as a PyTorch checkpoint); an empty line ends it.
"""

import json
import sys
import time
from pathlib import Path

import numpy
import torch

from light import LightNetwork
from network import Hourglass
from step import weighted_loss


class Twin:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.plan = json.loads((self.folder / "plan.json").read_text())
        self.network = LightNetwork(Hourglass)
        self.load_initial()
        self.network.train()
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=1)
        # Parameters and running statistics, as ours averages both.
        self.live = [t for t in self.network.state_dict().values() if t.is_floating_point()]
        self.averages = [t.clone() for t in self.live]
        batch, joints = self.plan["batch"], self.plan["joints"]
        self.image_shape = (batch, 1, self.plan["side"], self.plan["side"])
        self.target_shape = (batch, joints, self.plan["cells"], self.plan["cells"])
        self.file = open(self.folder / "batches.bin", "rb")
        self.visibility = torch.ones(batch, joints, 1, 1)
        self.done = 0

    def load_initial(self):
        values = numpy.fromfile(self.folder / "initial.bin", dtype=numpy.float32)
        state, at = {}, 0
        for tensor in self.plan["tensors"]:
            size = int(numpy.prod(tensor["shape"]))
            state[tensor["name"]] = torch.from_numpy(values[at : at + size].reshape(tensor["shape"]).copy())
            at += size
        missing, unexpected = self.network.load_state_dict(state, strict=False)
        missing = [name for name in missing if not name.endswith("num_batches_tracked")]
        if missing or unexpected:
            raise ValueError(f"the networks differ: missing {missing}, unexpected {unexpected}")

    def read(self, shape):
        values = numpy.fromfile(self.file, dtype=numpy.float32, count=int(numpy.prod(shape)))
        return torch.from_numpy(values.reshape(shape))

    def step(self):
        images, targets = self.read(self.image_shape), self.read(self.target_shape)
        self.optimizer.param_groups[0]["lr"] = self.plan["rates"][self.done]
        self.optimizer.zero_grad(set_to_none=True)
        weights = self.plan["peakWeight"], self.plan["anyDiscWeight"]
        loss = weighted_loss(self.network(images), targets, self.visibility, *weights)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.plan["clip"])
        self.optimizer.step()
        decay = min(self.plan["ema"], (1 + self.done) / (10 + self.done))
        with torch.no_grad():
            torch._foreach_lerp_(self.averages, self.live, 1 - decay)
        self.done += 1
        return loss.item()

    def train(self, steps):
        seconds, losses = [], []
        spent = time.process_time()
        for _ in range(steps):
            start = time.perf_counter()
            losses.append(self.step())
            seconds.append(time.perf_counter() - start)
        return {"seconds": seconds, "processorSeconds": time.process_time() - spent, "losses": losses}

    def save(self, name):
        names = [name for name, t in self.network.state_dict().items() if t.is_floating_point()]
        torch.save(dict(zip(names, self.averages)), self.folder / f"{name}.pt")
        return {"saved": self.done}


def main():
    torch.set_num_threads(int(sys.argv[2]))
    twin = Twin(sys.argv[1])
    print(json.dumps({"ready": True, "engine": f"pytorch-{torch.__version__}"}), flush=True)
    for line in sys.stdin:
        what, _, argument = line.strip().partition(" ")
        if what == "":
            break
        answer = twin.train(int(argument)) if what == "train" else twin.save(argument)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
