"""Writes expected.safetensors: pivotal tuning of the golden generator in PyTorch.

    blend convert fixtures/golden/golden32.pkl /tmp/golden32.safetensors --network G_ema
    python3 test/project/pivotal/torch_reference.py /tmp/golden32.safetensors      # by hand, results are kept

The synthesis network is written as the published code has it, with the style multiplied into the kernel. w is w_avg,
noise the generator's own, the target golden32.seed0.image_psi07, the loss twice the mean squared difference of the
pixels; Adam as PyTorch has it, learning rate 3e-4. `gradient.NAME` are the gradients before the first update,
`distance` the mean squared differences before each of 20 updates and after the last.
"""
import json
import os
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, '../../../fixtures/golden/golden-expected.safetensors')
TAPS = torch.outer(*[torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8] * 2) * 4
STEPS = 20


def read(path):
    with open(path, 'rb') as file:
        (length,) = struct.unpack('<Q', file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    header.pop('__metadata__', None)
    return {
        name: torch.from_numpy(np.frombuffer(data[slice(*entry['data_offsets'])], np.float32).copy()).reshape(entry['shape'])
        for name, entry in header.items()
    }


def write(path, tensors):
    header, parts, offset = {}, [], 0
    for name, tensor in tensors.items():
        bytes_ = tensor.detach().numpy().astype('<f4').tobytes()
        header[name] = {'dtype': 'F32', 'shape': list(tensor.shape), 'data_offsets': [offset, offset + len(bytes_)]}
        parts.append(bytes_)
        offset += len(bytes_)
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + b''.join(parts))


def filtered(x, padding):
    channels = x.shape[1]
    return F.conv2d(x, TAPS.expand(channels, 1, 4, 4), padding=padding, groups=channels)


def affine(G, name, w):
    return w @ G[f'{name}.weight'].t() / G[f'{name}.weight'].shape[1] ** 0.5 + G[f'{name}.bias']


def layer(G, name, x, w, up):
    kernel = G[f'{name}.weight'] * affine(G, f'{name}.affine', w).view(1, -1, 1, 1)
    kernel = kernel * (kernel.square().sum([1, 2, 3], keepdim=True) + 1e-8).rsqrt()
    if up:
        x = filtered(F.conv_transpose2d(x, kernel.transpose(0, 1), stride=2), 1)
    else:
        x = F.conv2d(x, kernel, padding=1)
    x = x + G[f'{name}.noise_const'] * G[f'{name}.noise_strength'] + G[f'{name}.bias'].view(1, -1, 1, 1)
    return F.leaky_relu(x, 0.2) * 2**0.5


def synthesis(G, w, resolution):
    x, image, r = G['synthesis.b4.const'][None], None, 4
    while r <= resolution:
        if r > 4:
            x = layer(G, f'synthesis.b{r}.conv0', x, w, True)
        x = layer(G, f'synthesis.b{r}.conv1', x, w, False)
        name = f'synthesis.b{r}.torgb'
        style = affine(G, f'{name}.affine', w) / x.shape[1] ** 0.5
        rgb = F.conv2d(x, G[f'{name}.weight'] * style.view(1, -1, 1, 1)) + G[f'{name}.bias'].view(1, 3, 1, 1)
        if image is not None:
            image = F.conv_transpose2d(image, TAPS.expand(3, 1, 4, 4), stride=2, padding=1, groups=3)
        image = rgb if image is None else image + rgb
        r *= 2
    return image


G, golden = read(sys.argv[1]), read(GOLDEN)
target = golden['golden32.seed0.image_psi07'].reshape(1, 3, 32, 32)
variables = {name: t for name, t in G.items() if name.startswith('synthesis.') and 'noise_const' not in name and 'resample' not in name}
for tensor in variables.values():
    tensor.requires_grad_(True)
optimiser = torch.optim.Adam(variables.values(), lr=3e-4)
distances, expected = [], {}
for step in range(STEPS + 1):
    distance = (synthesis(G, G['mapping.w_avg'][None], 32) - target).square().mean()
    distances.append(distance.detach())
    optimiser.zero_grad()
    (2 * distance).backward()
    if step == 0:
        print('loss of w_avg', float(distance), 'golden', float(golden['gradient.loss']))
        expected = {f'gradient.{name}': tensor.grad.clone() for name, tensor in variables.items()}
    if step < STEPS:
        optimiser.step()
write(os.path.join(HERE, 'expected.safetensors'), {**expected, 'distance': torch.stack(distances)})
print(*[f'{float(one):.6f}' for one in distances])
