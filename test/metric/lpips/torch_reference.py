"""Writes expected.safetensors and squeeze-lin-legacy.pth: LPIPS v0.1 of VGG16, AlexNet and SqueezeNet 1.1 in PyTorch.

    python3 test/metric/lpips/torch_reference.py          # with PyTorch and numpy; run by hand, results are kept

Weights are random but reproducible: tensor k of a network (weights and biases in the order of the file) is the sequence
RandomState(7).randn(65537), begun at its element 997 k and repeated, times sqrt(2 / fan-in) for weights and 0.1 for
biases. The linear weights of tap k are the absolute values of the sequence begun at 331 k, divided by the channels.
Pictures are RandomState(seed).randn(3, side, side) / 2, of seeds 1 and 2.
"""
import json
import os
import struct

import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
SEQUENCE = np.random.RandomState(7).randn(65537)
SHIFT = torch.tensor([-0.030, -0.088, -0.188]).view(1, 3, 1, 1)
SCALE = torch.tensor([0.458, 0.448, 0.450]).view(1, 3, 1, 1)


def begun_at(start, count):
    return np.resize(np.roll(SEQUENCE, -start), count)


class Weights:
    """Hands out one tensor after the other."""

    def __init__(self):
        self.k = 0

    def take(self, shape, gain):
        values = begun_at(997 * self.k, int(np.prod(shape))) * gain
        self.k += 1
        return torch.from_numpy(values.astype(np.float32).reshape(shape))

    def conv(self, x, outputs, size, stride=1, padding=0):
        inputs = x.shape[1]
        weight = self.take((outputs, inputs, size, size), np.sqrt(2 / (inputs * size * size)))
        bias = self.take((outputs,), 0.1)
        return F.relu(F.conv2d(x, weight, bias, stride=stride, padding=padding))

    def fire(self, x, squeezed, expanded):
        x = self.conv(x, squeezed, 1)
        return torch.cat([self.conv(x, expanded, 1), self.conv(x, expanded, 3, padding=1)], 1)


def vgg16(x):
    w, taps = Weights(), []
    for block, (channels, count) in enumerate([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]):
        if block > 0:
            x = F.max_pool2d(x, 2, 2)
        for _ in range(count):
            x = w.conv(x, channels, 3, padding=1)
        taps.append(x)
    return taps


def alexnet(x):
    w, taps = Weights(), []
    for channels, size, stride, padding, pooled in [
        (64, 11, 4, 2, False), (192, 5, 1, 2, True), (384, 3, 1, 1, True), (256, 3, 1, 1, False), (256, 3, 1, 1, False),
    ]:
        x = w.conv(F.max_pool2d(x, 3, 2) if pooled else x, channels, size, stride, padding)
        taps.append(x)
    return taps


def squeezenet(x):
    w = Weights()
    pool = lambda x: F.max_pool2d(x, 3, 2, ceil_mode=True)
    taps = [w.conv(x, 64, 3, stride=2)]
    taps.append(w.fire(w.fire(pool(taps[-1]), 16, 64), 16, 64))
    taps.append(w.fire(w.fire(pool(taps[-1]), 32, 128), 32, 128))
    x = pool(taps[-1])
    for squeezed, expanded in [(48, 192), (48, 192), (64, 256), (64, 256)]:
        x = w.fire(x, squeezed, expanded)
        taps.append(x)
    return taps


def lin(k, channels):
    values = np.abs(begun_at(331 * k, channels)) / channels
    return torch.from_numpy(values.astype(np.float32).reshape(1, channels, 1, 1))


def normalised(x):
    return x / (torch.sqrt(torch.sum(x**2, 1, keepdim=True)) + 1e-10)


def lpips(trunk, image0, image1):
    taps0, taps1 = (trunk((image - SHIFT) / SCALE) for image in (image0, image1))
    total = 0
    for k, (a, b) in enumerate(zip(taps0, taps1)):
        difference = (normalised(a) - normalised(b)) ** 2
        total = total + F.conv2d(difference, lin(k, a.shape[1])).mean([2, 3])
    return total.reshape(1)


def picture(seed, side):
    return torch.from_numpy((np.random.RandomState(seed).randn(1, 3, side, side) / 2).astype(np.float32))


def save(path, tensors):
    header, data = {}, b""
    for name, tensor in tensors.items():
        values = tensor.detach().contiguous().numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


results = {}
for name, trunk, sides in [
    ("lpips-vgg", vgg16, [24]), ("lpips-alex", alexnet, [64, 47]), ("lpips-squeeze", squeezenet, [33, 20]),
]:
    for side in sides:
        image0, image1 = picture(1, side), picture(2, side).requires_grad_()
        distance = lpips(trunk, image0, image1)
        distance.backward()
        results[f"{name}.{side}.distance"] = distance
        results[f"{name}.{side}.gradient"] = image1.grad
        print(name, side, distance.item(), image1.grad.norm().item())
save(os.path.join(HERE, "expected.safetensors"), results)

channels = [64, 128, 256, 384, 384, 512, 512]
state = {f"lins.{k}.model.1.weight": lin(k, count) for k, count in enumerate(channels)}
torch.save(state, os.path.join(HERE, "squeeze-lin-legacy.pth"), _use_new_zipfile_serialization=False)
