import type { Shape } from '../tensor.js';
import {
  type AttributeMessage,
  AttributeType,
  ElementType,
  type GraphMessage,
  type ValueInfoMessage,
} from './schema.js';

type AttributeValue = number | string | readonly number[] | { readonly float: number };

/** Collects ONNX nodes and constants under unique names; equal constants are written once. */
export class GraphWriter {
  readonly graph: GraphMessage = { name: 'stylegan-blend', node: [], initializer: [], input: [], output: [] };
  private readonly floatNames = new Map<Float32Array, Map<string, string>>();
  private readonly smallNames = new Map<string, string>();
  private count = 0;

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
    const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
    this.graph.node.push({ opType, input, output: [output], attribute });
    return output;
  }

  /** A constant tensor of floats; the same array with the same shape is written once. */
  floats(values: Float32Array, shape: Shape): string {
    const names = this.floatNames.get(values) ?? new Map<string, string>();
    this.floatNames.set(values, names);
    const known = names.get(shape.join());
    if (known !== undefined) return known;
    const name = this.name('constant');
    names.set(shape.join(), name);
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.graph.initializer.push({ name, dims: shape, dataType: ElementType.float, rawData });
    return name;
  }

  /** A constant scalar. */
  float(value: number): string {
    return this.small(`float ${value}`, () => this.floats(Float32Array.of(value), []));
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

  private small(key: string, make: () => string): string {
    const name = this.smallNames.get(key) ?? make();
    this.smallNames.set(key, name);
    return name;
  }
}

/** Declares a float input or output of fixed shape. */
export function valueInfo(name: string, shape: Shape): ValueInfoMessage {
  const dim = shape.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: ElementType.float, shape: { dim } } } };
}

function attributeOf(name: string, value: AttributeValue): AttributeMessage {
  if (typeof value === 'number') return { name, type: AttributeType.int, i: value };
  if (typeof value === 'string') return { name, type: AttributeType.string, s: Buffer.from(value) };
  if ('float' in value) return { name, type: AttributeType.float, f: value.float };
  return { name, type: AttributeType.ints, ints: value };
}
