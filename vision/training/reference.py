"""Writes what PyTorch computes for two made-up pictures with a made-up network, for the Go test in vision/internal/net.

Pictures and weights follow from a generator of a few lines, which the Go test has, too. usage:

    python reference.py > ../internal/net/testdata/emotions.json
"""

import json

import numpy as np
import torch
import torch.nn.functional as F

from emotions import EMOTIONS, SIDE, VIEW, normalise
from export import MARGIN, read

WIDTH = 32


def numbers():
    """Yields whole numbers from 1 to 65536 in a fixed order (Lehmer's generator)."""
    v = 1
    while True:
        v = v * 75 % 65537
        yield v


def tensors():
    """Gives the made-up network: filters and weights with a mean of 0, of such a size that the outputs are neither 0 nor large."""
    draw = numbers()
    made = {}

    def add(name, *shape):
        size = 1.7 / np.sqrt(np.prod(shape[:-1]) if len(shape) > 1 else 100)
        made[name] = np.array([(next(draw) / 65537 - 0.5) * 2 * size for _ in range(int(np.prod(shape)))]).astype(np.float32).reshape(shape)

    def layer(name, inputs, outputs):
        add(f"{name}/filters", 3, 3, inputs, outputs)
        add(f"{name}/bias", outputs)

    width = WIDTH // 2
    layer("first", 1, width)
    for i in range(3):
        layer(f"stage{i}/down", width, 2 * width)
        width *= 2
        layer(f"stage{i}/first", width, width)
        layer(f"stage{i}/second", width, width)
    add("last/weights", width, len(EMOTIONS) + 1)
    add("last/bias", len(EMOTIONS) + 1)
    return made


def pictures():
    """Gives uint8 [2, 48, 48]: waves, and noise."""
    y, x = np.mgrid[:SIDE, :SIDE]
    waves = (7 * x * x + 11 * x * y + 3 * y * y) // 13 % 256
    draw = numbers()
    noise = np.array([next(draw) % 256 for _ in range(SIDE * SIDE)]).reshape(SIDE, SIDE)
    return torch.from_numpy(np.stack([waves, noise]).astype(np.uint8))


def main():
    x = normalise(pictures())[:, :, MARGIN : MARGIN + VIEW, MARGIN : MARGIN + VIEW]
    made, n = tensors(), len(EMOTIONS)
    outputs = torch.stack([read(made, x), read(made, x.flip(3))])
    rows = lambda values: {name: [round(v, 6) for v in row.tolist()] for name, row in zip(("waves", "noise"), values)}
    print(json.dumps({
        "outputs": rows(outputs[0]),
        "probabilities": rows(F.softmax(outputs[:, :, :n], 2).mean(0)),
        "covered": rows(torch.sigmoid(outputs.mean(0)[:, n:])),
    }, indent=1))


if __name__ == "__main__":
    main()
