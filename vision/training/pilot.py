"""Turns the weights of the pilot run into a checkpoint that train.py begins with (--start).

The pilot had the same layers and the same data, and learned for 79 epochs on pictures of 40 pixels; only its names and the order
of its outputs are others. The checkpoint has no momentum, and its step is 0: the schedule begins anew.
"""

import argparse
import pathlib

import torch
from safetensors.torch import load_file

from emotions import EMOTIONS, VOTED
from train import Run

LABELS = ["angry", "disgust", "fear", "happy", "neutral", "sad", "surprise"]
VOTES = ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt"]


def renamed(weights):
    """Returns the pilot's weights under the names of emotions.Network, with the outputs in its order."""
    labels = torch.tensor([LABELS.index(e) for e in EMOTIONS])
    votes = torch.tensor([VOTES.index(v) for v in VOTED])
    out = {}
    for name, value in weights.items():
        if name.startswith("fer."):
            out["label." + name.removeprefix("fer.")] = value[labels]
        elif name.startswith("plus."):
            out["votes." + name.removeprefix("plus.")] = value[votes]
        else:
            out["layers." + name.removeprefix("f.").replace(".a.", ".first.").replace(".b.", ".second.")] = value
    return out


def main():
    parser = argparse.ArgumentParser(description="Turns the weights of the pilot run into a checkpoint.")
    parser.add_argument("--pilot", type=pathlib.Path, required=True, help="the pilot's weights, as safetensors")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="the checkpoint to write")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    run = Run(argparse.Namespace(width=64, seed=options.seed))
    weights = renamed(load_file(options.pilot))
    for network in (run.network, run.average):
        network.load_state_dict(weights)
    run.save(options.out)


if __name__ == "__main__":
    main()
