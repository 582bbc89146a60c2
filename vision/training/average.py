"""Averages the weights of checkpoints that came from one another, and measures the statistics of batch normalisation anew.

A mean of weights reads faces better than each of them, where one was trained on from the other (Wortsman et al., Robust
fine-tuning of zero-shot models, 2022). Training sees faces that are turned, mixed and covered in part, so that the statistics
which it keeps are not those of faces as the product cuts them (Touvron et al., Fixing the train-test resolution discrepancy,
2019): they are measured on the middle of faces of fer_train as they are.
"""

import argparse
import pathlib

import torch
from torch import nn

from emotions import SIDE, VIEW, Faces, Network, measure, normalise, predict

FACES = 8192  # of fer_train, that the statistics are measured on


def mean(states, shares):
    """Returns the weighted mean of state dictionaries. What counts steps is the first one's."""
    total = sum(shares)
    return {
        name: sum(share / total * state[name] for share, state in zip(shares, states)) if value.is_floating_point() else value
        for name, value in states[0].items()
    }


@torch.no_grad()
def settle(network, images):
    """Measures the statistics of each batch normalisation on the middle of images."""
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.reset_running_stats()
            layer.momentum = None  # the mean over all batches
    margin = (SIDE - VIEW) // 2
    network.train()
    for part in images.split(128):
        network(normalise(part)[:, :, margin : margin + VIEW, margin : margin + VIEW])
    network.eval()


def main():
    parser = argparse.ArgumentParser(description="Averages checkpoints.")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="the folder with fer_train and fer_public_test")
    parser.add_argument("--checkpoints", type=pathlib.Path, nargs="+", required=True)
    parser.add_argument("--shares", type=float, nargs="+", required=True, help="of each checkpoint in the mean")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="the checkpoint to write")
    options = parser.parse_args()
    if len(options.shares) != len(options.checkpoints):
        raise SystemExit(f"{len(options.checkpoints)} checkpoints need as many --shares")
    states = [torch.load(path, weights_only=True) for path in options.checkpoints]
    network = Network(states[0]["options"]["width"])
    network.load_state_dict(mean([state["average"] for state in states], options.shares))
    settle(network, Faces(options.data, "fer_train").images[:FACES])
    public = Faces(options.data, "fer_public_test")
    p, _ = predict(network, public.images)
    m = measure(p, public)
    print(f"fer_public_test: accuracy {100 * m['accuracy']:.2f} moods {100 * m['moods']:.2f}, of the label's head")
    torch.save({**states[-1], "average": network.state_dict()}, options.out)


if __name__ == "__main__":
    main()
