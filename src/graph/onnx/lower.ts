import { elementCount } from '../../numbers/shape.js';
import { halvesOf } from '../precision.js';
import type { Program } from '../program.js';
import {
  type OperationKind,
  type PoolAttributes,
  type Shape,
  sameShape,
  type Tensor,
  type TensorOf,
} from '../tensor.js';
import { batchInput } from './open-batch.js';
import { ElementType, encodeModel, type ModelOptions } from './schema.js';
import { GraphWriter, OPSET, valueInfo, type WriterOptions } from './writer.js';

export { OPSET } from './writer.js';

export interface OnnxOptions extends ModelOptions, Pick<WriterOptions, 'storeHalves'> {
  /** Compute in 16-bit floats what the program has in them. Default: in 32-bit floats, like everything else. */
  readonly halves?: boolean;
  /** A line about each input and output, by name. */
  readonly meanings?: Readonly<Record<string, string>>;
}

/**
 * Writes a program as the bytes of an ONNX file; inputs and outputs keep their names. A program that was built with
 * the batch {@link OPEN_BATCH} takes any number of pictures.
 */
export function toOnnx(program: Program, options: OnnxOptions = {}): Uint8Array {
  const writer = new GraphWriter({ storeHalves: options.storeHalves, batchInput: batchInput(program) });
  const halves: ReadonlySet<Tensor> = options.halves === true ? halvesOf(program) : new Set();
  const names = new Map<Tensor, string>();
  const casts = new Map<Tensor, string>();
  /** In the precision of the node that is being written. Constants are written where they are used. */
  const nameOf = (x: Tensor): string => {
    if (x.kind === 'constant') return lower(x, [], writer);
    const name = names.get(x)!;
    if (halves.has(x) === writer.inHalves) return name;
    const to = writer.inHalves ? ElementType.half : ElementType.float;
    const cast = casts.get(x) ?? writer.op('Cast', [name], { to });
    casts.set(x, cast);
    return cast;
  };
  for (const node of program.nodes) {
    if (node.kind === 'constant') continue;
    writer.inHalves = halves.has(node);
    names.set(node, lower(node, node.inputs.map(nameOf), writer));
  }
  writer.inHalves = false;
  return finished(program, writer, nameOf, options);
}

/** Declares inputs and outputs; the bytes of the file. */
export function finished(
  program: Program,
  writer: GraphWriter,
  nameOf: (tensor: Tensor) => string,
  options: OnnxOptions = {},
): Uint8Array {
  const { meanings = {} } = options;
  for (const [name, shape] of program.inputs) {
    writer.graph.input.push(valueInfo(name, shape, meanings[name]));
  }
  for (const [name, tensor] of program.outputs) {
    writer.op('Identity', [nameOf(tensor)], {}, name);
    writer.graph.output.push(valueInfo(name, tensor.shape, meanings[name]));
  }
  return encodeModel(writer.graph, OPSET, options);
}

/** Writes one node; answers the name of its result. */
export function lower(node: Tensor, inputs: string[], writer: GraphWriter): string {
  const rule = rules[node.kind] as (node: Tensor, inputs: string[], writer: GraphWriter) => string;
  return rule(node, inputs, writer);
}

type Quad = readonly [number, number, number, number];

type Rule<K extends OperationKind> = (node: TensorOf<K>, inputs: string[], writer: GraphWriter) => string;

/** One rule per kind of node; each answers the name of its result. */
const rules: { [K in OperationKind]: Rule<K> } = {
  input: ({ attributes }) => attributes.name,
  constant: ({ attributes, shape }, _, writer) =>
    shape.length === 0 ? writer.float(attributes.values[0]!) : writer.floats(attributes.values, shape),

  add: (_, inputs, writer) => writer.op('Add', inputs),
  sub: (_, inputs, writer) => writer.op('Sub', inputs),
  mul: (_, inputs, writer) => writer.op('Mul', inputs),
  // Two columns, one entry a channel, times two rows, one entry a pixel: one pass over the large map, not two.
  addPlane: ({ inputs: [x, plane, factors] }, [map, pixels, ...perChannel], writer) => {
    const [, c, h, w] = x!.shape as [number, number, number, number];
    const [n, p] = [factors!.shape[0]!, plane!.shape[0]!];
    const columns = perChannel.map((name) => reshaped(name, factors!.shape, [n, c, 1], writer));
    const ones = writer.op('Expand', [writer.float(1), writer.extents([p, 1, h * w])]);
    const rows = [reshaped(pixels!, plane!.shape, [p, 1, h * w], writer), ones];
    const [left, right] = [writer.op('Concat', columns, { axis: 2 }), writer.op('Concat', rows, { axis: 1 })];
    if (n !== 1 || p !== 1) {
      const product = writer.op('MatMul', [left, right]);
      return writer.op('Add', [map!, reshaped(product, [n, c, h * w], x!.shape, writer)]);
    }
    const flat = [
      reshaped(left, [1, c, 2], [c, 2], writer),
      reshaped(right, [1, 2, h * w], [2, h * w], writer),
    ];
    const product = writer.op('Gemm', flat, { transA: 0, transB: 0 });
    return writer.op('Add', [map!, reshaped(product, [c, h * w], x!.shape, writer)]);
  },
  rsqrt: (_, inputs, writer) => writer.op('Reciprocal', [writer.op('Sqrt', inputs)]),
  leakyRelu: ({ attributes: { slope } }, inputs, writer) =>
    slope === 0 ? writer.op('Relu', inputs) : writer.op('LeakyRelu', inputs, { alpha: { float: slope } }),
  // Comparing and selecting is far slower here than multiplying by a huge number and clipping.
  leakyReluSlope: ({ attributes: { slope } }, [x], writer) =>
    writer.op('Clip', [writer.op('Mul', [x!, writer.float(STEEP)]), writer.float(slope), writer.float(1)]),
  clamp: ({ attributes: { low, high } }, [x], writer) =>
    writer.op('Clip', [x!, writer.float(low), writer.float(high)]),
  // bound - |x| is positive inside.
  within: ({ attributes: { bound } }, [x], writer) => {
    const room = writer.op('Sub', [writer.float(bound), writer.op('Abs', [x!])]);
    return writer.op('Clip', [
      writer.op('Mul', [room, writer.float(STEEP)]),
      writer.float(0),
      writer.float(1),
    ]);
  },

  matmul: ({ attributes: { transposeA, transposeB }, inputs: [a, b], shape }, names, writer) => {
    if (shape.length === 2 || shape[0] === 1) {
      const flat = (k: number, x: Tensor) => reshaped(names[k]!, x.shape, x.shape.slice(-2), writer);
      const gemm = writer.op('Gemm', [flat(0, a!), flat(1, b!)], {
        transA: Number(transposeA),
        transB: Number(transposeB),
      });
      return reshaped(gemm, shape.slice(-2), shape, writer);
    }
    // ONNX Runtime fuses these transpositions into the product.
    const turned = (name: string, turn: boolean) =>
      turn ? writer.op('Transpose', [name], { perm: [0, 2, 1] }) : name;
    return writer.op('MatMul', [turned(names[0]!, transposeA), turned(names[1]!, transposeB)]);
  },
  conv2d: ({ attributes: { stride, padding, groups } }, inputs, writer) =>
    writer.op('Conv', inputs, { strides: [stride, stride], pads: padding, group: groups }),
  convTranspose2d: ({ attributes: { stride, padding, groups } }, inputs, writer) =>
    writer.op('ConvTranspose', inputs, { strides: [stride, stride], pads: padding, group: groups }),
  // A product for each pixel of the kernel. Not one of all of them: that takes nine times the memory of the maps.
  kernelGradient: ({ attributes, shape, inputs: [, g] }, [map, gradient], writer) => {
    const [o, c, kh, kw] = shape as Quad;
    const [n, , h, w] = g!.shape as Quad;
    const { stride, padding } = attributes;
    const [top, left, bottom, right] = padding;
    const rows = (name: string, count: number) => {
      const maps = reshaped(name, [n, count, h, w], [n, count, h * w], writer);
      const turned = n === 1 ? maps : writer.op('Transpose', [maps], { perm: [1, 0, 2] });
      return reshaped(turned, [count, n, h * w], [count, n * h * w], writer);
    };
    const isPadded = padding.some((zeros) => zeros > 0);
    const amounts = writer.integers([0, 0, top, left, 0, 0, bottom, right]);
    const padded = isPadded ? writer.op('Pad', [map!, amounts]) : map!;
    const results = rows(gradient!, o);
    const parts = Array.from({ length: kh * kw }, (_, k) => {
      const start = [Math.floor(k / kw), k % kw] as const;
      const end = [start[0] + (h - 1) * stride + 1, start[1] + (w - 1) * stride + 1];
      const bounds = [start, end, [2, 3], [stride, stride]].map((values) => writer.integers(values));
      const met = rows(writer.op('Slice', [padded, ...bounds]), c);
      return writer.op('Gemm', [results, met], { transA: 0, transB: 1 });
    });
    const pixels = writer.op(
      'Concat',
      parts.map((name) => reshaped(name, [o, c], [o, c, 1], writer)),
      { axis: 2 },
    );
    return reshaped(pixels, [o, c, kh * kw], shape, writer);
  },

  sum: ({ attributes: { axes }, inputs: [x], shape }, [name], writer) => {
    const [n, c, h, w] = x!.shape;
    if (!(x!.shape.length === 4 && axes.length === 1 && axes[0] === 1)) {
      return writer.op('ReduceSum', [name!, writer.integers(axes)], { keepdims: 1 });
    }
    // Channels are far apart in memory: a row of ones times the matrix of pixels is seven times faster.
    const ones = writer.floats(onesOf(c!), [1, c!]);
    const maps = reshaped(name!, x!.shape, [n!, c!, h! * w!], writer);
    return reshaped(writer.op('MatMul', [ones, maps]), [n!, 1, h! * w!], shape, writer);
  },
  expand: ({ shape }, [x], writer) => writer.op('Expand', [x!, writer.extents(shape)]),
  reshape: ({ shape, inputs: [x] }, [name], writer) =>
    writer.op('Reshape', [name!, writer.reshapeTarget(x!.shape, shape)]),
  transpose: ({ attributes: { permutation } }, inputs, writer) =>
    writer.op('Transpose', inputs, { perm: permutation }),
  slice: ({ attributes: { axis, start, end } }, [x], writer) =>
    writer.op('Slice', [x!, writer.integers([start]), writer.integers([end]), writer.integers([axis])]),
  pad: ({ attributes: { axis, before, after }, shape }, [x], writer) => {
    const amounts = [before, after].flatMap((amount) => shape.map((_, k) => (k === axis ? amount : 0)));
    return writer.op('Pad', [x!, writer.integers(amounts)]);
  },
  concat: ({ attributes: { axis } }, inputs, writer) => writer.op('Concat', inputs, { axis }),
  maxPool: (node, inputs, writer) =>
    writer.op('MaxPool', inputs, poolAttributes(node.attributes, node.inputs[0]!.shape, node.shape)),
  // The operator that finds the maxima also tells where they are, counted through the whole tensor.
  maxPoolGradient: ({ attributes, shape, inputs: [, g] }, [x, gradient], writer) => {
    const [, places] = writer.ops('MaxPool', [x!], poolAttributes(attributes, shape, g!.shape), 2);
    const row = (name: string) => writer.op('Reshape', [name, writer.integers([-1])]);
    const zeros = writer.op('ConstantOfShape', [writer.integers([elementCount(shape)])]);
    const sums = writer.op('ScatterElements', [zeros, row(places!), row(gradient!)], { reduction: 'add' });
    return writer.op('Reshape', [sums, writer.integers(shape)]);
  },
  averagePool: ({ attributes: { factor } }, inputs, writer) =>
    writer.op('AveragePool', inputs, { kernel_shape: [factor, factor], strides: [factor, factor] }),
  repeat: ({ attributes: { factor } }, [x], writer) => {
    const scales = writer.singles(Float32Array.of(1, 1, factor, factor), [4]);
    const attributes = {
      mode: 'nearest',
      nearest_mode: 'floor',
      coordinate_transformation_mode: 'asymmetric',
    };
    return writer.op('Resize', [x!, '', scales], attributes);
  },
  // The operand has been brought into the precision of the node already.
  half: (_, [x]) => x!,
  single: (_, [x]) => x!,
};

function reshaped(name: string, from: Shape, to: Shape, writer: GraphWriter): string {
  return sameShape(from, to) ? name : writer.op('Reshape', [name, writer.reshapeTarget(from, to)]);
}

/** Squares may reach beyond the end by padding, which is never a maximum. */
function poolAttributes({ size, stride }: PoolAttributes, from: Shape, to: Shape) {
  const [bottom, right] = [2, 3].map((axis) =>
    Math.max(0, (to[axis]! - 1) * stride + size - from[axis]!),
  ) as [number, number];
  return { kernel_shape: [size, size], strides: [stride, stride], pads: [0, 0, bottom, right] };
}

const onesByLength = new Map<number, Float32Array>();

/** The same array for the same length, so that the file holds it once. */
function onesOf(length: number): Float32Array {
  const ones = onesByLength.get(length) ?? new Float32Array(length).fill(1);
  onesByLength.set(length, ones);
  return ones;
}

/** Turns any normal number into one beyond ±1 without overflowing what activations can be. */
const STEEP = 1e30;
