import type { Shape } from '../../tensor.js';
import { type AttributeValue, GraphWriter } from '../writer.js';

/** ONNX Runtime's operators on blocked values. It brings graphs into this form itself; here they are written so. */
const DOMAIN = 'com.microsoft.nchwc';

export interface ConvolutionParts {
  readonly input: string;
  /** In the order of kernels.ts; [O, I, rows, columns]. */
  readonly kernel: string;
  readonly size: readonly [number, number];
  readonly groups?: number;
  readonly stride?: number;
  readonly padding?: readonly [number, number, number, number];
  /** One number for each channel. */
  readonly bias?: string;
  /** What the result is added to. */
  readonly sum?: string;
  /** Slope of a leaky ReLU at the end. */
  readonly slope?: number;
}

/**
 * Writes operators on blocked values: maps [N, C, H, W] that lie in memory as [N, C / block, H, W, block]. Their
 * convolutions take bias, summand and activation in the same pass.
 */
export class BlockedWriter extends GraphWriter {
  readonly block: number;

  constructor(block: number) {
    super();
    this.block = block;
  }

  /** [N, C, H, W] of either order. */
  reorderInput(name: string): string {
    return this.foreignOp(DOMAIN, 'ReorderInput', [name]);
  }

  /** The first `channels` channels in the usual order. */
  reorderOutput(name: string, channels: number): string {
    return this.foreignOp(DOMAIN, 'ReorderOutput', [name], { channels });
  }

  convolution(parts: ConvolutionParts): string {
    const { input, kernel, size, groups = 1, stride = 1, padding = [0, 0, 0, 0], bias, sum, slope } = parts;
    const operands = [input, kernel, bias ?? '', sum ?? ''];
    while (operands.at(-1) === '') operands.pop();
    return this.foreignOp(DOMAIN, 'Conv', operands, {
      kernel_shape: size,
      strides: [stride, stride],
      dilations: [1, 1],
      pads: padding,
      group: groups,
      ...this.activation(slope),
    });
  }

  /** Sums of every channel, [N, C, 1, 1]. */
  pixelSums(name: string, [, , h, w]: readonly [number, number, number, number]): string {
    // In two steps: one accumulator for a million numbers would lose some of their last bits.
    const size = [h, w].map((extent) => (extent % STEP === 0 ? STEP : 1)) as [number, number];
    const means =
      size[0] * size[1] === 1
        ? name
        : this.foreignOp(DOMAIN, 'AveragePool', [name], { kernel_shape: size, strides: size });
    const mean = this.foreignOp(DOMAIN, 'GlobalAveragePool', [means]);
    return this.op('Mul', [mean, this.float(h * w)]);
  }

  /** The same bytes in another shape. */
  viewed(name: string, shape: Shape): string {
    return this.op('Reshape', [name, this.integers(shape)]);
  }

  private activation(slope: number | undefined): Record<string, AttributeValue> {
    if (slope === undefined) return {};
    if (slope === 0) return { activation: 'Relu' };
    return { activation: 'LeakyRelu', activation_params: { floats: [slope] } };
  }
}

const STEP = 32;
