"""Converts the figures of the face detector YuNet, once, to the safetensors file that package vision embeds.

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6
    venv/bin/pip download --no-deps --only-binary :all: --python-version 3.11 --platform manylinux2014_x86_64 yuface==2023.5.1
    venv/bin/python vision/convert/yunet.py yuface-2023.5.1-cp311-*.whl

It writes vision/model/yunet.safetensors and, beside it, the licence that came with the figures. With --reference it also writes
what the test of the Go network compares with: a picture, and what ONNX Runtime computes from it with the same figures.

    venv/bin/pip install onnx==1.23.2 onnxruntime==1.32.0
    venv/bin/python vision/convert/yunet.py --reference yuface-2023.5.1-cp311-*.whl

The package's library holds each array of figures under a name of its own, with the batch normalisations folded in.
"""
import argparse
import hashlib
import io
import json
import pathlib
import struct
import zipfile

import numpy as np

WHEEL = "fd03270a672da75b89809a2c999d5728ef19c6e701408a4d0bc9c00480c864a0"
HERE = pathlib.Path(__file__).resolve().parent
MODEL = HERE.parent / "model"
TESTDATA = HERE.parent / "internal" / "net" / "testdata"

# The units of the network, each a 1x1 convolution and a depthwise 3x3 convolution: our name, the library's, inputs, outputs.
UNITS = [
    ("stage0.0", "backbone__model0_dp", 16, 16),
    ("stage1.0", "backbone__model1_dp1", 16, 16), ("stage1.1", "backbone__model1_dp2", 16, 32),
    ("stage2.0", "backbone__model2_dp1", 32, 32), ("stage2.1", "backbone__model2_dp2", 32, 64),
    ("stage3.0", "backbone__model3_dp1", 64, 64), ("stage3.1", "backbone__model3_dp2", 64, 64),
    ("stage4.0", "backbone__model4_dp1", 64, 64), ("stage4.1", "backbone__model4_dp2", 64, 64),
    ("stage5.0", "backbone__model5_dp1", 64, 64), ("stage5.1", "backbone__model5_dp2", 64, 64),
    ("neck.0", "neck__lateral_convs__0", 64, 64),
    ("neck.1", "neck__lateral_convs__1", 64, 64),
    ("neck.2", "neck__lateral_convs__2", 64, 64),
]
# A head's four units become one with 16 outputs, in this order.
HEAD = [("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)]


def arrays(library):
    """Gives the float32 arrays of an ELF file's data section by their names in its symbol table."""
    sections_at, = struct.unpack_from("<Q", library, 0x28)
    count, = struct.unpack_from("<H", library, 0x3C)
    sections = [struct.unpack_from("<IIQQQQIIQQ", library, sections_at + 64 * i) for i in range(count)]
    found = {}
    for _, kind, _, _, offset, size, link, _, _, _ in sections:
        if kind != 11:  # SHT_DYNSYM
            continue
        names_at = sections[link][4]
        for at in range(offset, offset + size, 24):
            name, info, _, section, address, length = struct.unpack_from("<IBBHQQ", library, at)
            if info & 15 != 1 or section >= count or sections[section][1] != 1:  # only objects in a section with contents
                continue
            start = names_at + name
            name = library[start : library.index(b"\0", start)].decode()
            data_at = sections[section][4] + address - sections[section][3]
            found[name] = np.frombuffer(library[data_at : data_at + length], "<f4")
    return found


def convert(source):
    """Gives the tensors by name: filters as (height, width, inputs, outputs), the first one's inputs in the order red, green, blue."""
    tensors = {}

    def unit(name, parts, inputs):
        """Joins units that look at the same inputs."""
        tensors[name + ".pointwise"] = np.concatenate([source[p + "_pw_weight"].reshape(n, inputs) for p, n in parts]).T
        tensors[name + ".pointwise_bias"] = np.concatenate([source[p + "_pw_bias"] for p, _ in parts])
        tensors[name + ".depthwise"] = np.concatenate([source[p + "_dw_weight"].reshape(3, 3, n) for p, n in parts], axis=2)
        tensors[name + ".depthwise_bias"] = np.concatenate([source[p + "_dw_bias"] for p, _ in parts])

    # The library's rows hold 27 figures, for blue, green and red of each place, and 5 zeros.
    first = source["backbone__model0_pw_weight"].reshape(16, 32)
    if first[:, 27:].any():
        raise SystemExit("the first convolution has other rows than 27 figures and 5 zeros")
    tensors["first"] = first[:, :27].reshape(16, 3, 3, 3)[..., ::-1].transpose(1, 2, 3, 0)
    tensors["first_bias"] = source["backbone__model0_pw_bias"]
    for name, library_name, inputs, outputs in UNITS:
        unit(name, [(library_name, outputs)], inputs)
    for i in range(3):
        unit(f"head.{i}", [(f"bbox_head__multi_level_{kind}__{i}", n) for kind, n in HEAD], 64)
    return {name: np.ascontiguousarray(t, "<f4") for name, t in tensors.items()}


def safetensors(tensors, metadata):
    header, at = {"__metadata__": metadata}, 0
    for name, t in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [at, at + t.nbytes]}
        at += t.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(t.tobytes() for t in tensors.values())


def onnx_model(tensors):
    """The same network for ONNX Runtime: three outputs of 16 channels, before any sigmoid."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants = [], []

    def constant(name, value):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(kind, inputs, output, **attributes):
        nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def unit(x, name, act=True):
        w, d = tensors[name + ".pointwise"], tensors[name + ".depthwise"]
        n = w.shape[1]
        x = node("Conv", [x, constant(name + "w", w.T[:, :, None, None]), constant(name + "b", tensors[name + ".pointwise_bias"])], name + "p")
        x = node("Conv", [x, constant(name + "v", d.transpose(2, 0, 1)[:, None]), constant(name + "c", tensors[name + ".depthwise_bias"])], name + "d", pads=[1] * 4, group=n)
        return node("Relu", [x], name + "r") if act else x

    def pool(x):
        return node("MaxPool", [x], x + "m", kernel_shape=[2, 2], strides=[2, 2])

    def stage(x, i, units):
        for k in range(units):
            x = unit(x, f"stage{i}.{k}")
        return x

    x = node("Conv", ["input", constant("fw", tensors["first"].transpose(3, 2, 0, 1)), constant("fb", tensors["first_bias"])], "f", pads=[1] * 4, strides=[2, 2])
    x = pool(stage(node("Relu", [x], "fr"), 0, 1))
    x = pool(stage(stage(x, 1, 2), 2, 2))
    features = [stage(x, 3, 2)]
    for i in (4, 5):
        features.append(stage(pool(features[-1]), i, 2))
    x = None
    outputs = []
    for i in (2, 1, 0):
        if x is not None:
            up = node("Resize", [x, "", constant(f"s{i}", np.array([1, 1, 2, 2], np.float32))], f"u{i}", mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
            features[i] = node("Add", [features[i], up], f"a{i}")
        x = unit(features[i], f"neck.{i}")
        outputs.append(unit(x, f"head.{i}", act=False))
    values = [helper.make_tensor_value_info(o, TensorProto.FLOAT, [1, 16, None, None]) for o in reversed(outputs)]
    graph = helper.make_graph(nodes, "yunet", [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, None, None])], values, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def picture(width, height):
    """A picture without a source: shades, a drawn face, and noise."""
    y, x = np.mgrid[:height, :width]
    p = np.stack([90 + 60 * np.sin(x / 17), 110 + 50 * np.cos(y / 13), 120 + 40 * np.sin((x + y) / 23)], 2)

    def ellipse(cx, cy, rx, ry, colour):
        p[((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1] = colour

    ellipse(60, 50, 27, 35, (214, 170, 145))
    for side in (-1, 1):
        ellipse(60 + 11 * side, 42, 5, 3, (245, 245, 245))
        ellipse(60 + 11 * side, 42, 2.5, 2.5, (40, 25, 20))
        ellipse(60 + 11 * side, 35, 7, 1.5, (70, 45, 35))
    ellipse(60, 54, 4, 6, (190, 140, 120))
    ellipse(60, 68, 10, 3, (160, 60, 65))
    noise = np.random.default_rng(7).normal(0, 6, p.shape)
    return np.clip(p + noise, 0, 255).astype(np.uint8)


def reference(tensors):
    import onnxruntime

    rgb = picture(160, 128)
    session = onnxruntime.InferenceSession(onnx_model(tensors), providers=["CPUExecutionProvider"])
    outputs = session.run(None, {"input": rgb.transpose(2, 0, 1)[None].astype(np.float32)})
    TESTDATA.mkdir(exist_ok=True)
    (TESTDATA / "yunet.rgb").write_bytes(rgb.tobytes())
    # The three strides one after the other, each row by row with 16 values for a cell.
    (TESTDATA / "yunet.f32").write_bytes(b"".join(o[0].transpose(1, 2, 0).astype("<f4").tobytes() for o in outputs))
    for o in outputs:
        score = np.sqrt(1 / (1 + np.exp(-o[0, 0])) / (1 + np.exp(-o[0, 1])))
        print(f"{o.shape[2]}x{o.shape[3]} cells, the best score {score.max():.3f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("wheel", type=pathlib.Path)
    parser.add_argument("--reference", action="store_true", help="write the files of the test instead")
    arguments = parser.parse_args()
    data = arguments.wheel.read_bytes()
    if hashlib.sha256(data).hexdigest() != WHEEL:
        raise SystemExit(f"{arguments.wheel}: not the wheel with the SHA-256 {WHEEL}")
    wheel = zipfile.ZipFile(io.BytesIO(data))
    tensors = convert(arrays(wheel.read("yuface/libfacedetection.so")))
    if arguments.reference:
        reference(tensors)
        return
    file = safetensors(tensors, {
        "source": "PyPI yuface 2023.5.1, yuface/libfacedetection.so", "source_sha256": WHEEL,
        "licence": "BSD-3-Clause, Copyright (c) 2023-2025 Shiqi Yu",
    })
    (MODEL / "yunet.safetensors").write_bytes(file)
    (MODEL / "yunet.LICENSE").write_bytes(wheel.read("yuface-2023.5.1.dist-info/LICENSE"))
    print(f"{len(file)} bytes, {sum(t.size for t in tensors.values())} figures, SHA-256 {hashlib.sha256(file).hexdigest()}")


if __name__ == "__main__":
    main()
