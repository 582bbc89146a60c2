"""The network that reads emotions from a face of 48x48 grey pixels, and the data that it learns from.

Images are arrays [n, 48, 48] of uint8. The network sees [n, 1, side, side] float32, normalised by normalise().
"""

import csv
import gzip
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

SIDE = 48  # of an image of the data, in pixels
VIEW = 40  # of the middle of an image that the network is measured on, in pixels

# The order is that of vision.Expression.
EMOTIONS = ["neutral", "happy", "sad", "angry", "fear", "disgust", "surprise"]
VOTED = ["neutral", "happiness", "sadness", "anger", "fear", "disgust", "surprise", "contempt"]
MOOD_OF = torch.tensor([3, 0, 1, 3, 3, 3, 2])  # of each emotion: 0 happy, 1 sad, 2 surprised, 3 other


class Faces:
    """One part of the data.

    images: uint8 [n, 48, 48]; label: int64 [n], an index of EMOTIONS; votes: float32 [n, 8], the share of the
    FER+ raters for each of VOTED; voted: bool [n], whether any voted for one of them; majority: bool [n],
    whether more than half of all raters agree on one of them.
    """

    def __init__(self, folder, name):
        folder = pathlib.Path(folder)
        with open(folder / f"{name}.csv", newline="") as f:
            rows = list(csv.DictReader(f))
        raw = gzip.decompress((folder / f"{name}.u8.gz").read_bytes())
        if len(raw) != len(rows) * SIDE * SIDE:
            raise ValueError(f"{folder}: {name}.u8.gz has {len(raw)} bytes, not {SIDE * SIDE} for each of {len(rows)} rows")
        self.images = torch.from_numpy(np.frombuffer(raw, np.uint8).reshape(-1, SIDE, SIDE).copy())
        self.label = torch.tensor([EMOTIONS.index(r["label"]) for r in rows])
        counts = torch.tensor([[float(r[k]) for k in VOTED] for r in rows])
        raters = counts.sum(1) + torch.tensor([float(r["unknown"]) + float(r["not_a_face"]) for r in rows])
        self.voted = torch.tensor([r["votes_known"] == "1" for r in rows]) & (counts.sum(1) > 0)
        self.votes = counts / counts.sum(1, keepdim=True).clamp(min=1)
        self.majority = self.voted & (counts.max(1)[0] > raters / 2)

    def __len__(self):
        return len(self.label)


def normalise(images):
    """Gives uint8 [n, 48, 48] as float32 [n, 1, 48, 48] with a mean of 0 and a deviation just below 1 each."""
    x = images.float().unsqueeze(1)
    return (x - x.mean((2, 3), keepdim=True)) / (x.std((2, 3), keepdim=True, correction=0) + 8)


class Conv(nn.Sequential):
    """A 3x3 convolution, batch normalisation and, unless linear, a ReLU."""

    def __init__(self, inputs, outputs, stride=1, linear=False):
        layers = [nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)]
        super().__init__(*layers, *([] if linear else [nn.ReLU(inplace=True)]))


class Block(nn.Module):
    """A residual block of two 3x3 convolutions (He et al., Deep Residual Learning, 2015)."""

    def __init__(self, channels):
        super().__init__()
        self.first = Conv(channels, channels)
        self.second = Conv(channels, channels, linear=True)

    def forward(self, x):
        return F.relu(x + self.second(self.first(x)), inplace=True)


class Network(nn.Module):
    """A residual network with two heads: FER2013's label (7 of EMOTIONS) and FER+'s votes (8 of VOTED), as logits."""

    def __init__(self, width):
        super().__init__()
        w = width
        self.layers = nn.Sequential(
            Conv(1, w // 2), Conv(w // 2, w, 2), Block(w), Conv(w, 2 * w, 2), Block(2 * w), Conv(2 * w, 4 * w, 2), Block(4 * w)
        )
        self.dropout = nn.Dropout(0.3)
        self.label = nn.Linear(4 * w, len(EMOTIONS))
        self.votes = nn.Linear(4 * w, len(VOTED))

    def forward(self, x):
        features = self.dropout(self.layers(x).mean((2, 3)))
        return self.label(features), self.votes(features)


@torch.no_grad()
def predict(network, images, mirror=True, view=VIEW):
    """Gives the probabilities of both heads, [n, 7] and [n, 8], for the middle of each image: the mean of the
    middle's and its mirror image's."""
    network.eval()
    margin = (SIDE - view) // 2
    labels, votes = [], []
    for part in images.split(128):
        x = normalise(part)[:, :, margin : margin + view, margin : margin + view].contiguous(memory_format=torch.channels_last)
        outputs = [network(z) for z in ([x, x.flip(3)] if mirror else [x])]
        labels.append(sum(F.softmax(a, 1) for a, _ in outputs) / len(outputs))
        votes.append(sum(F.softmax(b, 1) for _, b in outputs) / len(outputs))
    return torch.cat(labels), torch.cat(votes)


def moods(p):
    """Gives the mood that the probabilities [n, 7] of EMOTIONS add up to most for."""
    sums = torch.zeros(len(p), 4).index_add_(1, MOOD_OF, p[:, :7])
    return sums.argmax(1)


def measure(p, faces):
    """Gives the figures of one output [n, 7] on faces, all from 0 to 1: accuracy and mood accuracy on FER2013's labels,
    each emotion's recall, and mood accuracy on the faces whose FER+ raters have a majority."""
    label, majority = faces.label, faces.majority
    hit = p.argmax(1) == label
    voted = torch.cat([MOOD_OF, torch.tensor([3])])[faces.votes.argmax(1)]
    return {
        "accuracy": hit.float().mean().item(),
        "moods": (moods(p) == MOOD_OF[label]).float().mean().item(),
        "recall": [hit[label == c].float().mean().item() for c in range(len(EMOTIONS))],
        "voted_moods": (moods(p) == voted)[majority].float().mean().item(),
    }
