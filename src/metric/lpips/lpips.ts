import { UsageError } from '../../errors.js';
import {
  add,
  averagePool,
  concat,
  constant,
  conv2d,
  leakyRelu,
  maxPool,
  mul,
  reshape,
  rsqrt,
  scalar,
  square,
  sub,
  sum,
  type Tensor,
} from '../../graph/index.js';
import type { LpipsWeights } from './load.js';
import type { Layer, Trunk } from './trunks.js';

// LPIPS v0.1 (Zhang et al. 2018) as the published package computes it. Where that divides by sqrt(sum x²) + 1e-10,
// this divides by sqrt(sum x² + 1e-20): the same for all activations but those that are 0 in every channel, and there
// it has a gradient.

/** Mean and deviation of the pictures that the trunks were trained on, for -1..1. */
const SHIFT = [-0.03, -0.088, -0.188];
const SCALE = [0.458, 0.448, 0.45];

const EPSILON = 1e-20;

/** The projector compares what is larger than this averaged down to it, as the reference does. */
const COMPARED = 256;

/**
 * What LPIPS sees of a picture: the activations at each tap, of length 1 at each pixel, times the roots of the
 * weights of their channels over the number of pixels. The sum of squared differences of two pictures' is their
 * LPIPS.
 * @param image [N, 3, H, W], -1..1
 * @returns for each tap [N, C, h, w]
 * @throws UsageError `PICTURE_TOO_SMALL` where nothing would be left before the last tap
 */
export function lpipsFeatures(weights: LpipsWeights, image: Tensor): Tensor[] {
  requireSide(weights, Math.min(image.shape[2]!, image.shape[3]!));
  return taps(weights, image).map((activations, k) => {
    const [h, w] = activations.shape.slice(2) as [number, number];
    const roots = weights.lins[k]!.map((weight) => Math.sqrt(Math.abs(weight) / (h * w)));
    const inverse = rsqrt(add(sum(square(activations), [1]), scalar(EPSILON)));
    return mul(mul(activations, inverse), constant(roots, [1, roots.length, 1, 1]));
  });
}

/**
 * LPIPS of two pictures of which {@link lpipsFeatures} are known.
 * @returns shape [1], summed over a batch
 */
export function lpipsBetween(
  { lins }: LpipsWeights,
  features: readonly Tensor[],
  others: readonly Tensor[],
): Tensor {
  const terms = features.map((tap, k) => {
    const squares = square(sub(tap, others[k]!));
    // Trained weights are never below 0; those of other files may be.
    const isSigned = lins[k]!.some((weight) => weight < 0);
    const signs = () => constant(lins[k]!.map(Math.sign), [1, lins[k]!.length, 1, 1]);
    return reshape(sum(isSigned ? mul(squares, signs()) : squares, [0, 1, 2, 3]), [1]);
  });
  return terms.reduce(add);
}

/** A generator's picture [1, 3, R, R] as the projector compares it: 256 px at most. */
export function averagedDown(image: Tensor): Tensor {
  const factor = image.shape[3]! / COMPARED;
  return factor > 1 ? averagePool(image, factor) : image;
}

/** The smallest side of pictures, in pixels, of which something is left at the last tap. */
export function smallestSide({ layers }: Trunk): number {
  let side = 1;
  while (layers.reduce(sideAfter, side) < 1) side++;
  return side;
}

function requireSide(weights: LpipsWeights, side: number): void {
  const smallest = smallestSide(weights.trunk);
  if (side >= smallest) return;
  throw new UsageError(
    'PICTURE_TOO_SMALL',
    `${weights.name}: expected pictures of at least ${smallest} px on each side, found ${side} px`,
    { hint: 'compare small pictures with pyramid or lpips-vgg' },
  );
}

function sideAfter(side: number, layer: Layer): number {
  if (side < 1 || layer.kind === 'fire') return side;
  if (layer.kind === 'convolution') {
    return Math.floor((side + 2 * layer.padding - layer.size) / layer.stride) + 1;
  }
  const steps = (side - layer.size) / layer.stride;
  return (layer.ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
}

function taps(weights: LpipsWeights, image: Tensor): Tensor[] {
  const channels = (values: number[]) => constant(values, [1, 3, 1, 1]);
  const found: Tensor[] = [];
  let x = mul(sub(image, channels(SHIFT)), channels(SCALE.map((value) => 1 / value)));
  for (const layer of weights.trunk.layers) {
    x = apply(weights, layer, x);
    if (layer.kind !== 'pool' && layer.tapped) found.push(x);
  }
  return found;
}

function apply(weights: LpipsWeights, layer: Layer, x: Tensor): Tensor {
  if (layer.kind === 'pool') return maxPool(x, layer);
  const name = `features.${layer.at}`;
  if (layer.kind === 'convolution') return convolved(weights, name, x, layer.outputs, layer);
  const squeezed = convolved(weights, `${name}.squeeze`, x, layer.squeezed, { size: 1 });
  const halves = [
    convolved(weights, `${name}.expand1x1`, squeezed, layer.expanded, { size: 1 }),
    convolved(weights, `${name}.expand3x3`, squeezed, layer.expanded, { size: 3, padding: 1 }),
  ];
  return concat(halves, 1);
}

function convolved(
  { tensors }: LpipsWeights,
  name: string,
  x: Tensor,
  outputs: number,
  { size, stride = 1, padding = 0 }: { size: number; stride?: number; padding?: number },
): Tensor {
  const kernel = constant(tensors.get(`${name}.weight`)!, [outputs, x.shape[1]!, size, size]);
  const bias = constant(tensors.get(`${name}.bias`)!, [1, outputs, 1, 1]);
  const sides = [padding, padding, padding, padding] as const;
  return leakyRelu(add(conv2d(x, kernel, { stride, padding: sides }), bias), 0);
}
