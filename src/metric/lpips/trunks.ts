import type { LpipsName } from './names.js';

/**
 * The networks whose activations LPIPS compares, as torchvision builds them and stores their weights
 * (`features.K.weight`, `features.K.bias`). Only what comes before the last tap is here.
 */
export interface Trunk {
  /** For people. */
  readonly title: string;
  readonly layers: readonly Layer[];
}

export type Layer = Convolution | Fire | Pool;

/** A square convolution with its ReLU. */
export interface Convolution {
  readonly kind: 'convolution';
  /** K of `features.K`. */
  readonly at: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly size: number;
  readonly stride: number;
  readonly padding: number;
  /** Whether the activations after it are compared. */
  readonly tapped: boolean;
}

/** SqueezeNet's module: 1x1 down to a few channels, then 1x1 and 3x3 side by side, each with its ReLU. */
export interface Fire {
  readonly kind: 'fire';
  readonly at: number;
  readonly inputs: number;
  readonly squeezed: number;
  /** Of each of the two halves. */
  readonly expanded: number;
  readonly tapped: boolean;
}

export interface Pool {
  readonly kind: 'pool';
  readonly size: number;
  readonly stride: number;
  readonly ceil: boolean;
}

export const TRUNKS: Readonly<Record<LpipsName, Trunk>> = {
  'lpips-vgg': { title: 'VGG16', layers: vgg16() },
  'lpips-squeeze': { title: 'SqueezeNet 1.1', layers: squeezeNet() },
  'lpips-alex': { title: 'AlexNet', layers: alexNet() },
};

/** Channels of the activations that are compared, in order. */
export function tappedChannels({ layers }: Trunk): number[] {
  return layers.flatMap((layer) => {
    if (layer.kind === 'pool' || !layer.tapped) return [];
    return layer.kind === 'fire' ? 2 * layer.expanded : layer.outputs;
  });
}

/** Shapes of all tensors that a trunk is made of, by their names in torchvision's files. */
export function trunkTensors({ layers }: Trunk): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  const put = (name: string, outputs: number, inputs: number, size: number) => {
    shapes.set(`${name}.weight`, [outputs, inputs, size, size]);
    shapes.set(`${name}.bias`, [outputs]);
  };
  for (const layer of layers) {
    if (layer.kind === 'convolution') put(`features.${layer.at}`, layer.outputs, layer.inputs, layer.size);
    if (layer.kind !== 'fire') continue;
    const { at, inputs, squeezed, expanded } = layer;
    put(`features.${at}.squeeze`, squeezed, inputs, 1);
    put(`features.${at}.expand1x1`, expanded, squeezed, 1);
    put(`features.${at}.expand3x3`, expanded, squeezed, 3);
  }
  return shapes;
}

/** Simonyan & Zisserman 2014, configuration D; taps relu1_2, relu2_2, relu3_3, relu4_3, relu5_3. */
function vgg16(): Layer[] {
  const layers: Layer[] = [];
  let [at, inputs] = [0, 3];
  for (const [outputs, count] of [
    [64, 2],
    [128, 2],
    [256, 3],
    [512, 3],
    [512, 3],
  ] as const) {
    if (layers.length > 0) layers.push(pool(2));
    for (let k = 1; k <= count; k++) {
      layers.push(convolution(at, inputs, outputs, 3, { padding: 1, tapped: k === count }));
      inputs = outputs;
      at += 2;
    }
    at += 1;
  }
  return layers;
}

/** Krizhevsky 2014 as torchvision has it; taps after each ReLU. */
function alexNet(): Layer[] {
  return [
    convolution(0, 3, 64, 11, { stride: 4, padding: 2, tapped: true }),
    pool(3),
    convolution(3, 64, 192, 5, { padding: 2, tapped: true }),
    pool(3),
    convolution(6, 192, 384, 3, { padding: 1, tapped: true }),
    convolution(8, 384, 256, 3, { padding: 1, tapped: true }),
    convolution(10, 256, 256, 3, { padding: 1, tapped: true }),
  ];
}

/** Iandola et al. 2016, version 1.1; taps after `features` 1, 4, 7, 9, 10, 11, 12. */
function squeezeNet(): Layer[] {
  return [
    convolution(0, 3, 64, 3, { stride: 2, tapped: true }),
    pool(3, true),
    fire(3, 64, 16, 64, false),
    fire(4, 128, 16, 64, true),
    pool(3, true),
    fire(6, 128, 32, 128, false),
    fire(7, 256, 32, 128, true),
    pool(3, true),
    fire(9, 256, 48, 192, true),
    fire(10, 384, 48, 192, true),
    fire(11, 384, 64, 256, true),
    fire(12, 512, 64, 256, true),
  ];
}

function convolution(
  at: number,
  inputs: number,
  outputs: number,
  size: number,
  { stride = 1, padding = 0, tapped }: { stride?: number; padding?: number; tapped: boolean },
): Convolution {
  return { kind: 'convolution', at, inputs, outputs, size, stride, padding, tapped };
}

function fire(at: number, inputs: number, squeezed: number, expanded: number, tapped: boolean): Fire {
  return { kind: 'fire', at, inputs, squeezed, expanded, tapped };
}

function pool(size: number, ceil = false): Pool {
  return { kind: 'pool', size, stride: 2, ceil };
}
