"""Trains the network that reads emotions, from scratch, on FER2013 with its labels and the votes of FER+.

The schedule counts epochs: the learning rate rises, stays, and falls to zero over the last --anneal epochs (a
trapezoid, as in Zhai et al., Scaling Vision Transformers, 2022, section 3.5). Early epochs see smaller pictures, which
cost less (Tan and Le, EfficientNetV2, 2021). A run that ends early goes on from its last checkpoint when it is started again
with the same arguments, and gives the same weights. A run may also begin with another run's checkpoint, in order to anneal
from there: its folder is then another one, and the first run can still go on.
"""

import argparse
import copy
import math
import os
import pathlib
import time

import torch
import torch.nn.functional as F

from emotions import EMOTIONS, SIDE, VIEW, Faces, Network, measure, normalise, predict

BATCH = 64
RATE = 0.06
WARMUP = 2000  # steps
DECAY = 5e-4
AVERAGE = 0.999  # of the weights' exponential moving average, per step
SAVE_EVERY = 240  # seconds


def side_at(done):
    """The side of the pictures, in pixels, when the given share of the epochs is done."""
    return 24 if done < 0.45 else 32 if done < 0.88 else VIEW


def augment(x, side):
    """Gives [n, 1, side, side]: the middle of each picture of x, turned up to 20 degrees, scaled, shifted, mirrored,
    in other light, less sharp, and with a part erased. The crops that the product cuts differ by as much."""
    n = len(x)
    uniform = lambda *shape: torch.rand(*shape) * 2 - 1
    angle = uniform(n) * math.radians(20) * torch.rand(n).sqrt()
    scale = VIEW / SIDE * torch.exp(uniform(n) * 0.18)
    flip = torch.sign(uniform(n))
    shift = uniform(n, 2) * (4 / (SIDE / 2))
    c, s = torch.cos(angle) * scale, torch.sin(angle) * scale
    turn = torch.stack([torch.stack([c * flip, -s, shift[:, 0]], 1), torch.stack([s * flip, c, shift[:, 1]], 1)], 1)
    y = F.grid_sample(x, F.affine_grid(turn, (n, 1, side, side), align_corners=False), padding_mode="reflection", align_corners=False)
    if torch.rand(()) < 0.2:  # as sharp as a face of half the size
        small = F.interpolate(y, size=side // 2, mode="bilinear", antialias=True)
        y = F.interpolate(small, size=side, mode="bilinear")
    y = y * (1 + uniform(n, 1, 1, 1) * 0.2) + uniform(n, 1, 1, 1) * 0.2
    size = (0.15 + 0.27 * torch.rand(n, 2)) * side
    size = size * (torch.rand(n, 1) < 0.5)
    at = torch.rand(n, 2) * (side - size)
    place = torch.arange(side) + 0.5
    rows = (place >= at[:, :1]) & (place < at[:, :1] + size[:, :1])
    columns = (place >= at[:, 1:]) & (place < at[:, 1:] + size[:, 1:])
    return y.masked_fill_((rows[:, :, None] & columns[:, None, :])[:, None], 0)


def rate_at(top, step, total, fall):
    """The learning rate of a step: it rises to `top`, stays, and falls to zero over the last `fall` of `total` steps."""
    return top * min(1, (step + 1) / WARMUP, max(0, (total - step) / max(1, fall)))


class Run:
    """A training with all its state: what save() writes is all that a run needs in order to go on."""

    def __init__(self, options):
        self.options = options
        torch.manual_seed(options.seed)
        self.network = Network(options.width).to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.network).eval()
        decayed = [p for p in self.network.parameters() if p.ndim > 1]
        others = [p for p in self.network.parameters() if p.ndim <= 1]
        self.optimizer = torch.optim.SGD(
            [{"params": decayed, "weight_decay": DECAY}, {"params": others, "weight_decay": 0}], lr=RATE, momentum=0.9, nesterov=True
        )
        self.step = 0
        self.seconds = 0.0  # that the training took, with all its restarts

    def save(self, path):
        state = {
            "step": self.step, "seconds": self.seconds, "network": self.network.state_dict(), "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(), "options": vars(self.options),
        }
        torch.save(state, path.with_suffix(".part"))
        os.replace(path.with_suffix(".part"), path)

    def load(self, path):
        state = torch.load(path, weights_only=True)
        for name in ("width", "seed"):
            if state["options"][name] != getattr(self.options, name):
                raise SystemExit(f"{path} was made with --{name} {state['options'][name]}")
        self.step, self.seconds = state["step"], state["seconds"]
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])


def learn(run, faces, weight, index, side, rate, mixed):
    """One step on the faces of the given indices, mixed with each other if so told. Returns the loss."""
    n = len(index)
    x = augment(normalise(faces.images[index]), side)
    label = F.one_hot(faces.label[index], len(EMOTIONS)).float()
    votes, voted, w = faces.votes[index], faces.voted[index].float(), weight[faces.label[index]]
    if mixed:  # mixup (Zhang et al., 2018) with Beta(0.3, 0.3)
        part = torch.distributions.Beta(0.3, 0.3).sample()
        other = torch.randperm(n)
        mix = lambda a: part * a + (1 - part) * a[other]
        x, label, votes, w, voted = mix(x), mix(label), mix(votes), mix(w), voted * voted[other]
    label = 0.9 * label + 0.1 / len(EMOTIONS)  # label smoothing
    for group in run.optimizer.param_groups:
        group["lr"] = rate
    run.network.train()
    a, b = run.network(x.contiguous(memory_format=torch.channels_last))
    loss = (w * F.cross_entropy(a, label, reduction="none")).mean() + (voted * F.cross_entropy(b, votes, reduction="none")).mean()
    run.optimizer.zero_grad(set_to_none=True)
    loss.backward()
    run.optimizer.step()
    run.step += 1
    keep = min(AVERAGE, (1 + run.step) / (10 + run.step))
    with torch.no_grad():
        for p, q in zip(run.average.state_dict().values(), run.network.state_dict().values()):
            if p.is_floating_point():
                p.lerp_(q, 1 - keep)
            else:
                p.copy_(q)
    return loss.item()


def main():
    parser = argparse.ArgumentParser(description="Trains the network that reads emotions.")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="the folder with fer_train and fer_public_test")
    parser.add_argument("--run", type=pathlib.Path, required=True, help="the folder for checkpoints, outside the working tree")
    parser.add_argument("--start", type=pathlib.Path, help="another run's checkpoint to begin with")
    parser.add_argument("--epochs", type=int, default=150, help="in all, with those that --start has done")
    parser.add_argument("--anneal", type=int, default=40, help="the last epochs, in which the learning rate falls to zero")
    parser.add_argument("--unmixed", type=int, help="the last epochs, in which faces are not mixed; else those of --anneal")
    parser.add_argument("--rate", type=float, default=RATE, help="the highest learning rate")
    parser.add_argument("--side", type=int, help="of the pictures in pixels; else 24, 32 and 40 as the run goes on")
    parser.add_argument("--width", type=int, default=64, help="channels of the first residual block")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--measure-every", type=int, default=5, help="epochs")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.run.mkdir(parents=True, exist_ok=True)
    train, public = Faces(options.data, "fer_train"), Faces(options.data, "fer_public_test")
    count = torch.bincount(train.label, minlength=len(EMOTIONS)).float()
    weight = (count.mean() / count) ** 0.25
    weight *= count.sum() / (weight * count).sum()

    run = Run(argparse.Namespace(**{k: str(v) if isinstance(v, pathlib.Path) else v for k, v in vars(options).items()}))
    last = options.run / "last.pt"
    if last.exists():
        run.load(last)
    elif options.start:
        run.load(options.start)
    per_epoch = len(train) // BATCH
    total, fall = options.epochs * per_epoch, options.anneal * per_epoch
    unmixed = fall if options.unmixed is None else options.unmixed * per_epoch
    log = open(options.run / "log.txt", "a")

    def say(text):
        print(text, flush=True)
        print(text, file=log, flush=True)

    say(f"{'goes on at' if run.step else 'begins at'} epoch {run.step / per_epoch:.2f} of {options.epochs}, "
        f"{sum(p.numel() for p in run.network.parameters())} parameters, {len(train)} faces")
    started = saved = time.monotonic()
    losses = []
    while run.step < total:
        epoch, place = divmod(run.step, per_epoch)
        if place == 0 or not losses:
            order = torch.randperm(len(train), generator=torch.Generator().manual_seed(options.seed * 1_000_003 + epoch))
        torch.manual_seed(options.seed * 1_000_000_007 + run.step)  # so that a run that goes on draws the same numbers
        side = options.side or side_at(run.step / total)
        mixed = run.step < total - unmixed and torch.rand(()).item() < 0.5
        losses.append(learn(run, train, weight, order[place * BATCH :][:BATCH], side, rate_at(options.rate, run.step, total, fall), mixed))
        now = time.monotonic()
        if run.step % per_epoch == 0:
            done = run.step // per_epoch
            run.seconds, started = run.seconds + now - started, now
            text = f"epoch {done} side {side} seconds {run.seconds:.0f} loss {sum(losses) / len(losses):.3f}"
            losses = losses[-1:]
            if done % options.measure_every == 0 or run.step == total:
                p, q = predict(run.average, public.images, mirror=run.step == total)
                m = measure(p, public)
                text += f" public {100 * m['accuracy']:.2f} moods {100 * m['moods']:.2f} recall " + " ".join(
                    f"{e} {100 * r:.0f}" for e, r in zip(EMOTIONS, m["recall"])) + f" votes' moods {100 * measure(q, public)['voted_moods']:.2f}"
            say(text)
        if now - saved > SAVE_EVERY or run.step == total:
            run.seconds, started = run.seconds + now - started, now
            saved = now
            run.save(last)


if __name__ == "__main__":
    main()
