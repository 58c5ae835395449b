import type { Engine, Executable } from '../../engine/index.js';
import { input, matmul, program } from '../../graph/index.js';
import { cholesky, solveCholesky } from './cholesky.js';

/**
 * residuals(point + step) ≈ residuals(point) + J · step: a Jacobian J that learns from every step that is tried
 * (Broyden 1965), so that it need not be measured anew each time.
 */
export class LinearModel {
  /**
   * @param columns of J: for each coordinate the change of all residuals
   * @param gram J^T · J, [size, size]
   */
  constructor(
    private readonly columns: readonly Float32Array[],
    private readonly gram: Float64Array,
  ) {}

  get size(): number {
    return this.columns.length;
  }

  /**
   * The step that lowers the squares of the residuals most, damped: (J^T · J + damping) · step = -J^T · residuals.
   */
  step(residuals: Float32Array, damping: number): Float64Array {
    const { columns, size } = this;
    const downhill = Float64Array.from(columns, (column) => -dot(column, residuals));
    const damped = this.gram.slice();
    for (let i = 0; i < size; i++) damped[i * size + i]! += damping;
    return solveCholesky(cholesky(damped, size), downhill);
  }

  /** Takes in by how much the residuals really changed with a step. */
  learn(step: Float64Array, change: Float32Array): void {
    const { columns, gram, size } = this;
    const squared = step.reduce((sum, value) => sum + value * value, 0);
    if (squared === 0) return;
    const error = change.slice();
    columns.forEach((column, i) => {
      addTimes(error, column, -step[i]!);
    });
    for (let k = 0; k < error.length; k++) error[k]! /= squared;
    const along = Float64Array.from(columns, (column) => dot(column, error));
    const energy = dot(error, error);
    columns.forEach((column, i) => {
      addTimes(column, error, step[i]!);
      for (let j = 0; j < size; j++) {
        gram[i * size + j]! += along[i]! * step[j]! + step[i]! * along[j]! + energy * step[i]! * step[j]!;
      }
    });
  }
}

/** Multiplies out J^T · J on the engine: the one large product of a step. */
export function createGram(engine: Engine): {
  of(columns: readonly Float32Array[]): Promise<Float64Array>;
  dispose(): Promise<void>;
} {
  const compiled = new Map<string, Promise<Executable>>();
  return {
    async of(columns) {
      const shape = [columns.length, columns[0]!.length] as const;
      const key = shape.join();
      if (!compiled.has(key)) {
        const all = input('columns', shape);
        compiled.set(key, engine.compile(program({ gram: matmul(all, all, false, true) })));
      }
      const values = new Float32Array(shape[0] * shape[1]);
      columns.forEach((column, i) => {
        values.set(column, i * shape[1]);
      });
      const { gram } = await (await compiled.get(key)!).run({ columns: values });
      return Float64Array.from(gram!);
    },
    async dispose() {
      await Promise.all([...compiled.values()].map(async (one) => (await one).dispose()));
    },
  };
}

export function dot(a: Float32Array, b: Float32Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

function addTimes(to: Float32Array, from: Float32Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += from[i]! * factor;
}
