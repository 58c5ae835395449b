/**
 * A tensor expression: what is computed, from what, and how a gradient flows back through it. Expressions are
 * built once with fixed shapes, then written out for an engine (./onnx) or walked by an interpreter.
 */
export type Shape = readonly number[];

/** The instruction set: every kind of node with its attributes. An engine has to know these and no others. */
export interface Operations {
  /** A value that is fed in at every run. */
  input: { readonly name: string };
  /** Values that never change; engines may pre-pack them. */
  constant: { readonly values: Float32Array };
  add: NoAttributes;
  sub: NoAttributes;
  mul: NoAttributes;
  /** x [N, C, H, W] + plane [N or 1, 1, H, W] · factors [N, C] + offsets [N, C] */
  addPlane: NoAttributes;
  /** 1 / sqrt(x) */
  rsqrt: NoAttributes;
  /** x where x > 0, slope · x elsewhere */
  leakyRelu: { readonly slope: number };
  /** 1 where x > 0, slope elsewhere */
  leakyReluSlope: { readonly slope: number };
  /** min(max(x, low), high) */
  clamp: { readonly low: number; readonly high: number };
  /** 1 where |x| < bound, 0 elsewhere */
  within: { readonly bound: number };
  /** a [M, K] · b [K, N], either one transposed beforehand if asked; with three axes, for each of the first */
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  /** Correlation of x [N, C, H, W] with a kernel [O, C / groups, kh, kw] */
  conv2d: ConvAttributes;
  /** The adjoint of conv2d: x [N, O, H, W] with the same kernel [O, C / groups, kh, kw] */
  convTranspose2d: ConvAttributes;
  /** From x [N, C, H, W] and the gradient [N, O, h, w] of its conv2d: that of the kernel [O, C, kh, kw] */
  kernelGradient: ConvAttributes & { readonly size: readonly [number, number] };
  /** Sum over axes, which stay with extent 1 */
  sum: { readonly axes: readonly number[] };
  /** Repeats axes of extent 1 to the node's shape */
  expand: NoAttributes;
  reshape: NoAttributes;
  transpose: { readonly permutation: readonly number[] };
  slice: { readonly axis: number; readonly start: number; readonly end: number };
  /** Zeros before and after along one axis */
  pad: { readonly axis: number; readonly before: number; readonly after: number };
  concat: { readonly axis: number };
  /** Maximum of each square of pixels; those that reach beyond the end are cut off there */
  maxPool: PoolAttributes;
  /** x and the gradient g of its maxPool: each number of g at its maximum (one of them where several are equal) */
  maxPoolGradient: PoolAttributes;
  /** Mean of each factor x factor square of pixels */
  averagePool: { readonly factor: number };
  /** Every pixel becomes a factor x factor square */
  repeat: { readonly factor: number };
  /** x as 16-bit floats; what is computed from them is 16-bit as well */
  half: NoAttributes;
  /** x as 32-bit floats again */
  single: NoAttributes;
}

type NoAttributes = Readonly<Record<never, never>>;

export interface ConvAttributes {
  readonly stride: number;
  /** Zeros around the picture: top, left, bottom, right. For convTranspose2d: rows and columns cut off. */
  readonly padding: readonly [number, number, number, number];
  readonly groups: number;
}

export interface PoolAttributes {
  readonly size: number;
  readonly stride: number;
}

export type OperationKind = keyof Operations;

/**
 * Vector-Jacobian product: from the gradient of the node's value, one recipe per input for that input's
 * gradient; null where no gradient flows. Recipes are only called for inputs whose gradient is wanted.
 */
export type VectorJacobian = (gradient: Tensor) => readonly ((() => Tensor) | null)[];

export type Tensor = { [K in OperationKind]: TensorOf<K> }[OperationKind];

export interface TensorOf<K extends OperationKind> {
  readonly kind: K;
  readonly attributes: Operations[K];
  readonly inputs: readonly Tensor[];
  readonly shape: Shape;
  readonly vjp: VectorJacobian;
}

/** Makes a node. Operations call this; everybody else calls operations. */
export function node<K extends OperationKind>(
  kind: K,
  attributes: Operations[K],
  inputs: readonly Tensor[],
  shape: Shape,
  vjp: VectorJacobian,
): Tensor {
  return { kind, attributes, inputs, shape, vjp } as unknown as Tensor;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** A mistake in building a graph: always the program's fault, never the user's. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
}

export function requireGraph(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new GraphError(message());
}
