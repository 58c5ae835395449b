import { narrowToF16 } from '../../numbers/half.js';
import { elementCount } from '../../numbers/shape.js';
import type { Shape } from '../tensor.js';
import { BATCH_NAME, isOpen, reshapeTarget } from './open-batch.js';
import {
  type AttributeMessage,
  AttributeType,
  ElementType,
  type GraphMessage,
  type ValueInfoMessage,
} from './schema.js';

export type AttributeValue =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] };

export interface WriterOptions {
  /** An input with the open batch in front. */
  readonly batchInput?: string;
  /** Stores large 32-bit constants as halves, to be widened when the model is loaded. */
  readonly storeHalves?: boolean;
}

/** Operator set that every current ONNX Runtime, native and in browsers, supports. */
export const OPSET = 17;

/** Constants smaller than this stay floats: biases and filters weigh nothing, and every bit of them shows. */
const HALF_FROM = 1024;

/** Largest finite half. */
const MAX_HALF = 65504;

/** Collects ONNX nodes and constants under unique names; equal constants are written once. */
export class GraphWriter {
  readonly graph: GraphMessage = { name: 'stylegan-blend', node: [], initializer: [], input: [], output: [] };
  /** Whether constants are written as 16-bit floats, because the node that is being written computes in them. */
  inHalves = false;
  private readonly floatNames = new Map<Float32Array, Map<string, string>>();
  private readonly smallNames = new Map<string, string>();
  private readonly options: WriterOptions;
  private count = 0;
  private batch: string | undefined;

  constructor(options: WriterOptions = {}) {
    this.options = options;
  }

  /** A name that no other value has. */
  name(kind: string): string {
    return `${kind}_${this.count++}`;
  }

  /** Adds an operator with one result; answers the result's name. */
  op(
    opType: string,
    input: string[],
    attributes: Record<string, AttributeValue> = {},
    output = this.name(opType),
  ): string {
    this.push(opType, input, attributes, [output]);
    return output;
  }

  /** Adds an operator with one result that is not ONNX's own, version 1 of its domain; answers the result's name. */
  foreignOp(
    domain: string,
    opType: string,
    input: string[],
    attributes: Record<string, AttributeValue> = {},
  ): string {
    const output = this.name(opType);
    this.push(opType, input, attributes, [output], domain);
    return output;
  }

  /** Adds an operator with several results; answers their names. */
  ops(
    opType: string,
    input: string[],
    attributes: Record<string, AttributeValue>,
    results: number,
  ): string[] {
    const output = Array.from({ length: results }, () => this.name(opType));
    this.push(opType, input, attributes, output);
    return output;
  }

  /** A constant tensor of floats; the same array with the same shape is written once. */
  floats(values: Float32Array, shape: Shape): string {
    if (!this.inHalves) return this.singles(values, shape);
    return this.once(values, `half ${shape}`, () => {
      const bounded = values.map((value) => Math.min(Math.max(value, -MAX_HALF), MAX_HALF));
      return this.constant(narrowToF16(bounded), shape, ElementType.half);
    });
  }

  /** {@link floats} of 32 bits, also where the rest is 16-bit. */
  singles(values: Float32Array, shape: Shape): string {
    return this.once(values, `${shape}`, () => {
      const isNarrowed =
        this.options.storeHalves === true && elementCount(shape) >= HALF_FROM && fits(values);
      if (!isNarrowed) return this.constant(values, shape, ElementType.float);
      const stored = this.constant(narrowToF16(values), shape, ElementType.half);
      return this.op('Cast', [stored], { to: ElementType.float });
    });
  }

  private once(values: Float32Array, form: string, make: () => string): string {
    const names = this.floatNames.get(values) ?? new Map<string, string>();
    this.floatNames.set(values, names);
    const name = names.get(form) ?? make();
    names.set(form, name);
    return name;
  }

  private constant(values: Float32Array | Uint16Array, dims: Shape, dataType: number): string {
    const name = this.name('constant');
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.graph.initializer.push({ name, dims, dataType, rawData });
    return name;
  }

  /** A constant scalar. */
  float(value: number): string {
    return this.small(`${this.inHalves ? 'half' : 'float'} ${value}`, () =>
      this.floats(Float32Array.of(value), []),
    );
  }

  /** A constant vector of 64-bit integers, as ONNX wants shapes, axes and bounds. */
  integers(values: readonly number[]): string {
    return this.small(`int64 ${values}`, () => {
      const name = this.name('integers');
      const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
      this.graph.initializer.push({ name, dims: [values.length], dataType: ElementType.int64, rawData });
      return name;
    });
  }

  /** The operand of Reshape that makes `to` of a value of shape `from`. */
  reshapeTarget(from: Shape, to: Shape): string {
    return this.integers(reshapeTarget(from, to));
  }

  /** A shape as operand of Expand, which knows no placeholder: an open batch is read off an input. */
  extents(shape: Shape): string {
    const axis = shape.findIndex(isOpen);
    if (axis < 0) return this.integers(shape);
    return this.small(`extents ${shape}`, () => {
      this.batch ??= this.op('Shape', [this.options.batchInput!], { start: 0, end: 1 });
      const [before, after] = [shape.slice(0, axis), shape.slice(axis + 1)].map((part) =>
        part.length > 0 ? [this.integers(part)] : [],
      ) as [string[], string[]];
      return this.op('Concat', [...before, this.batch, ...after], { axis: 0 });
    });
  }

  private push(
    opType: string,
    input: string[],
    attributes: Record<string, AttributeValue>,
    output: string[],
    domain?: string,
  ): void {
    const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
    this.graph.node.push({ opType, input, output, attribute, ...(domain === undefined ? {} : { domain }) });
  }

  private small(key: string, make: () => string): string {
    const name = this.smallNames.get(key) ?? make();
    this.smallNames.set(key, name);
    return name;
  }
}

/** Whether no value is lost to infinity in a half. */
function fits(values: Float32Array): boolean {
  return values.every((value) => Math.abs(value) <= MAX_HALF);
}

/** Declares a float input or output; only the batch may be open. */
export function valueInfo(name: string, shape: Shape, meaning?: string): ValueInfoMessage {
  const dim = shape.map((dimValue) => (isOpen(dimValue) ? { dimParam: BATCH_NAME } : { dimValue }));
  const type = { tensorType: { elemType: ElementType.float, shape: { dim } } };
  return meaning === undefined ? { name, type } : { name, type, docString: meaning };
}

function attributeOf(name: string, value: AttributeValue): AttributeMessage {
  if (typeof value === 'number') return { name, type: AttributeType.int, i: value };
  if (typeof value === 'string') return { name, type: AttributeType.string, s: Buffer.from(value) };
  if ('floats' in value) return { name, type: AttributeType.floats, floats: value.floats };
  if ('float' in value) return { name, type: AttributeType.float, f: value.float };
  return { name, type: AttributeType.ints, ints: value };
}
