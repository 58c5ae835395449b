"""What people use now, for timing beside it: StyleGAN2's synthesis network in PyTorch on the processor.

Random weights, the operations of the reference code on a CPU: scaled inputs and outputs around constant kernels,
transposed convolutions, separable filters. Debian: apt-get install python3-torch.

usage: pytorch_peer.py render|step RESOLUTION THREADS
Warms up with one run, whose seconds it prints; then runs once for every line of its standard input.
"""
import sys
import time

import torch
from torch.nn.functional import conv2d, conv_transpose2d, leaky_relu, linear

MODE, RESOLUTION, THREADS = sys.argv[1], *map(int, sys.argv[2:4])
W_DIM = 512
TAPS = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 4


def channels(resolution):
    return min(32768 // resolution, 512)


class Layer:
    """Modulated 3x3 convolution with noise, bias and activation."""

    def __init__(self, inputs, outputs, resolution, up):
        self.up = up
        self.kernel = torch.randn(outputs, inputs, 3, 3)
        self.energy = self.kernel.square().sum([2, 3]).t()
        self.affine = torch.randn(inputs, W_DIM) / W_DIM**0.5
        self.noise = torch.randn(1, 1, resolution, resolution)
        self.bias = torch.zeros(1, outputs, 1, 1)

    def __call__(self, x, w):
        style = linear(w, self.affine) + 1
        gain = (style.square() @ self.energy + 1e-8).rsqrt()
        x = x * style[:, :, None, None]
        if self.up:
            x = conv_transpose2d(x, self.kernel.transpose(0, 1), stride=2)
            c = x.shape[1]
            x = conv2d(x, TAPS.view(1, 1, 1, 4).repeat(c, 1, 1, 1), padding=(0, 1), groups=c)
            x = conv2d(x, TAPS.view(1, 1, 4, 1).repeat(c, 1, 1, 1), padding=(1, 0), groups=c)
        else:
            x = conv2d(x, self.kernel, padding=1)
        return leaky_relu(x * gain[:, :, None, None] + self.noise * 0.1 + self.bias, 0.2) * 2**0.5


class ToRgb:
    def __init__(self, inputs):
        self.kernel = torch.randn(3, inputs, 1, 1)
        self.affine = torch.randn(inputs, W_DIM) / W_DIM**0.5

    def __call__(self, x, w):
        style = (linear(w, self.affine) + 1) / x.shape[1] ** 0.5
        return conv2d(x * style[:, :, None, None], self.kernel)


class Synthesis:
    def __init__(self, resolution):
        self.const = torch.randn(1, channels(4), 4, 4)
        self.blocks = []
        r = 4
        while r <= resolution:
            first = [Layer(channels(r // 2), channels(r), r, True)] if r > 4 else []
            self.blocks.append((first + [Layer(channels(r), channels(r), r, False)], ToRgb(channels(r))))
            r *= 2
        self.double = torch.outer(TAPS, TAPS)[None, None].repeat(3, 1, 1, 1)

    def __call__(self, ws):
        x, image, row = self.const, None, 0
        for layers, to_rgb in self.blocks:
            for layer in layers:
                x = layer(x, ws[:, row])
                row += 1
            rgb = to_rgb(x, ws[:, row])
            image = rgb if image is None else conv_transpose2d(image, self.double, stride=2, padding=1, groups=3) + rgb
        return image


torch.manual_seed(0)
torch.set_num_threads(THREADS)
network = Synthesis(RESOLUTION)
ws = torch.randn(1, 2 * len(network.blocks), W_DIM)
if MODE == 'step':
    ws.requires_grad_(True)
    for layers, _ in network.blocks:
        for layer in layers:
            layer.noise.requires_grad_(True)


def run():
    if MODE == 'step':
        network(ws).square().mean().backward()
    else:
        with torch.no_grad():
            network(ws)


def timed():
    start = time.perf_counter()
    run()
    print(time.perf_counter() - start, flush=True)


timed()
for _ in sys.stdin:
    timed()
