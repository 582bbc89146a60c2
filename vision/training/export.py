"""Writes a checkpoint's averaged weights as the file that the product reads, vision/model/emotions.safetensors.

Batch normalisation is folded into the filters, which are stored as float16, [height, width, inputs, outputs]. The heads
become one layer with eight outputs.

Seven are the logits of the emotions: a * label + b * votes + c, where label are the logits of FER2013's labels, votes are
those of the same emotion in FER+ (contempt is left out), and a, b and the seven c are fitted on fer_public_test: they make
the probabilities of the mean of a face and its mirror image as good as can be (the least log-loss) for FER2013's labels
and, with the weight --votes, for the majority of the FER+ raters. So the probabilities are calibrated, too.

The eighth is the logit of the face being covered in part, as by a mask. It is a logistic regression on the network's features,
fitted on faces of fer_train, half of them with something painted over. It is shifted so that it is above 0 for two of a
hundred faces of fer_public_test.
"""

import argparse
import hashlib
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save

from emotions import EMOTIONS, SIDE, VIEW, Faces, Network, measure, normalise


MARGIN = (SIDE - VIEW) // 2


def fold(layer):
    """Gives filters [height, width, inputs, outputs] and bias [outputs] of a convolution with the batch normalisation after it."""
    filters, norm = layer[0].weight.double(), layer[1]
    scale = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
    bias = norm.bias.double() - norm.running_mean.double() * scale
    return (filters * scale[:, None, None, None]).permute(2, 3, 1, 0), bias


@torch.no_grad()
def features(network, images, mirrored=False):
    """Gives the features that the heads see, [n, 4 * width], for the middle of each image."""
    list = []
    for part in images.split(128):
        x = normalise(part)[:, :, MARGIN : MARGIN + VIEW, MARGIN : MARGIN + VIEW]
        x = x.flip(3) if mirrored else x
        list.append(network.layers(x.contiguous(memory_format=torch.channels_last)).mean((2, 3)))
    return torch.cat(list)


def cover(images, rng):
    """Gives uint8 images with something over each face: mostly over mouth and nose, else over the eyes or one side. It has
    one colour, folds, noise, or a part of another image."""
    n = len(images)
    out = images.clone()
    y, x = torch.meshgrid(torch.arange(SIDE).float(), torch.arange(SIDE).float(), indexing="ij")
    draw = lambda low, high: low + (high - low) * torch.rand((), generator=rng).item()
    for i in range(n):
        kind = draw(0, 1)
        if kind < 0.4:  # all below the nose's bridge
            place = y > draw(20, 28) + draw(-0.15, 0.15) * (x - 24)
        elif kind < 0.75:  # a mask: rounded, and not as wide as the image
            top, half = draw(20, 29), draw(12, 22)
            place = (y > top + ((x - 24) / half) ** 2 * draw(-3, 4)) & ((x - 24).abs() < half - ((y - 36).clamp(min=0) / 12) ** 2 * draw(0, half / 2))
        elif kind < 0.87:  # all above it
            place = y < draw(22, 28)
        else:  # one side
            place = x < draw(20, 28)
            place = place.flip(1) if draw(0, 1) < 0.5 else place
        texture = draw(0, 1)
        colour = torch.full((SIDE, SIDE), draw(0, 255))
        if texture > 0.85:
            colour = images[int(draw(0, n - 1))].float().roll((int(draw(0, 48)), int(draw(0, 48))), (0, 1))
        elif texture > 0.4:
            fold = torch.sin(y * draw(0.1, 1.2) + x * draw(-0.3, 0.3) + draw(0, 6)) * draw(0, 25)
            shade = (x - 24) * draw(-1.5, 1.5) + (y - 36) * draw(-1.5, 1.5)
            colour = colour + fold + shade + torch.randn(SIDE, SIDE, generator=rng) * draw(0, 10)
        out[i] = torch.where(place, colour.clamp(0, 255).to(torch.uint8), images[i])
    return out


def fit_cover(network, faces):
    """Gives weights [4 * width] and bias of the logit of a face being covered."""
    rng, count = torch.Generator().manual_seed(1), min(2000, len(faces) // 2)
    chosen = faces.images[torch.randperm(len(faces), generator=rng)[: 2 * count]]
    x = torch.cat([features(network, chosen[:count]), features(network, cover(chosen[count:], rng))])
    y = torch.cat([torch.zeros(len(chosen[:count])), torch.ones(len(chosen[count:]))])
    centre, scale = x.mean(0), x.std(0) + 1e-3
    w = torch.zeros(x.shape[1] + 1, requires_grad=True)
    optimizer = torch.optim.LBFGS([w], max_iter=300, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        value = F.binary_cross_entropy_with_logits((x - centre) / scale @ w[:-1] + w[-1], y) + 1e-3 * (w[:-1] ** 2).sum()
        value.backward()
        return value

    optimizer.step(loss)
    w = w.detach()
    return w[:-1] / scale, w[-1] - (centre / scale * w[:-1]).sum()


def probabilities(parameters, label, votes):
    """Gives [n, 7]: the mean of both views' probabilities."""
    a, b, c = parameters[0], parameters[1], parameters[2:]
    return F.softmax(a * label + b * votes + c, 2).mean(0)


def fit(label, votes, faces, weight):
    """Gives the parameters a, b and c, with the least log-loss."""
    parameters = torch.cat([torch.tensor([1.0, 0.3]), torch.zeros(len(EMOTIONS))]).requires_grad_()
    majority = faces.votes.argmax(1)
    counted = faces.majority & (majority < len(EMOTIONS))
    optimizer = torch.optim.LBFGS([parameters], max_iter=200, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        p = probabilities(parameters, label, votes).clamp(min=1e-9).log()
        value = F.nll_loss(p, faces.label) + weight * F.nll_loss(p[counted], majority[counted]) + 1e-3 * (parameters[2:] ** 2).sum()
        value.backward()
        return value

    optimizer.step(loss)
    return parameters.detach()


def calibration_error(p, label, bins=15):
    """Gives the expected calibration error (Guo et al., 2017) of the most probable emotion, from 0 to 1."""
    confidence, said = p.max(1)
    place = (confidence * bins).long().clamp(max=bins - 1)
    error = 0.0
    for i in range(bins):
        here = place == i
        if here.any():
            error += abs(confidence[here].mean() - (said == label)[here].float().mean()).item() * here.float().mean().item()
    return error


def half(x):
    """Gives x in float16 and back, as the product reads it."""
    return x.detach().to(torch.float16).numpy()


def read(tensors, x):
    """Gives the outputs [n, 8] of the folded network in tensors, for pictures [n, 1, 40, 40]. It is the network that the product runs."""
    values = {name: torch.from_numpy(v).double() for name, v in tensors.items()}

    def convolve(x, name, stride=1):
        return F.conv2d(x, values[f"{name}/filters"].permute(3, 2, 0, 1), values[f"{name}/bias"], stride, 1)

    x = F.relu(convolve(x.double(), "first"))
    for i in range(3):
        x = F.relu(convolve(x, f"stage{i}/down", 2))
        x = F.relu(x + convolve(F.relu(convolve(x, f"stage{i}/first")), f"stage{i}/second"))
    return x.mean((2, 3)) @ values["last/weights"] + values["last/bias"]


def main():
    parser = argparse.ArgumentParser(description="Writes a checkpoint for the product.")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="the folder with fer_train and fer_public_test")
    parser.add_argument("--checkpoint", type=pathlib.Path, required=True)
    parser.add_argument("--votes", type=float, default=0.25, help="weight of the FER+ majority in the fit of the one output")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="the safetensors file")
    options = parser.parse_args()
    torch.set_num_threads(1)
    state = torch.load(options.checkpoint, weights_only=True)
    network = Network(state["options"]["width"])
    network.load_state_dict(state["average"])
    network = network.eval().to(memory_format=torch.channels_last)

    public = Faces(options.data, "fer_public_test")
    n = len(EMOTIONS)
    views = torch.stack([features(network, public.images), features(network, public.images, mirrored=True)])
    with torch.no_grad():
        label, votes = network.label(views), network.votes(views)[:, :, :n]
    parameters = fit(label, votes, public, options.votes)
    p = probabilities(parameters, label, votes)
    m = measure(p, public)
    print("a", f"{parameters[0]:.3f}", "b", f"{parameters[1]:.3f}", "c", " ".join(f"{e} {v:.2f}" for e, v in zip(EMOTIONS, parameters[2:])))
    print(f"fer_public_test: accuracy {100 * m['accuracy']:.2f} moods {100 * m['moods']:.2f} macro recall {100 * np.mean(m['recall']):.2f} "
          f"ECE {calibration_error(p, public.label):.3f} moods of the votes' majority {100 * m['voted_moods']:.2f}")
    print("recall", " ".join(f"{e} {100 * r:.1f}" for e, r in zip(EMOTIONS, m["recall"])))

    cover_weights, cover_bias = fit_cover(network, Faces(options.data, "fer_train"))
    clear = (views @ cover_weights + cover_bias).mean(0)
    cover_bias -= clear.quantile(0.98)
    rng = torch.Generator().manual_seed(2)
    hidden = public.images[:500].clone()
    hidden[:, 26:] = torch.randint(0, 256, (500, 1, 1), generator=rng, dtype=torch.uint8)
    print(f"covered: {100 * ((views @ cover_weights + cover_bias).mean(0) > 0).float().mean():.1f} % of fer_public_test, "
          f"{100 * (features(network, hidden) @ cover_weights + cover_bias > 0).float().mean():.1f} % with one colour over the lower half, "
          f"{100 * (features(network, cover(public.images[500:1000], rng)) @ cover_weights + cover_bias > 0).float().mean():.1f} % with covers like the learned ones")

    tensors = {}
    layers = network.layers
    for name, layer in [("first", layers[0])] + [
        (f"stage{i}/{part}", which) for i in range(3)
        for part, which in (("down", layers[1 + 2 * i]), ("first", layers[2 + 2 * i].first), ("second", layers[2 + 2 * i].second))
    ]:
        filters, bias = fold(layer)
        tensors[f"{name}/filters"], tensors[f"{name}/bias"] = half(filters.contiguous()), half(bias)
    a, b, c = parameters[0], parameters[1], parameters[2:]
    weights = a * network.label.weight.detach() + b * network.votes.weight.detach()[:n]
    bias = a * network.label.bias.detach() + b * network.votes.bias.detach()[:n] + c
    weights, bias = torch.cat([weights, cover_weights[None]]), torch.cat([bias, cover_bias[None]])
    tensors["last/weights"], tensors["last/bias"] = half(weights.T.contiguous()), half(bias)
    epochs = state["step"] // (28006 // 64)
    file = save(tensors, metadata={"licence": "Apache-2.0", "made by": "vision/training", "epochs": str(epochs), "seed": str(state["options"]["seed"])})
    options.out.write_bytes(file)
    print(f"{options.out}: {len(file)} bytes, SHA-256 {hashlib.sha256(file).hexdigest()}")


if __name__ == "__main__":
    main()
