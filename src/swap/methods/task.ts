import type { MergeMethod, Weighted } from './method.js';

/** Task vectors: what fine-tuning changed is added to the base, and may be added more than once over. */
export const TASK: MergeMethod = {
  name: 'task',
  formula: 'base + Σ α_i · (m_i - base)',
  source: 'Ilharco et al. 2023, Editing models with task arithmetic',
  extrapolates: true,
  needsBase: true,
  merge: task,
};

/** In this order, in 64 bits, rounded once. */
function task([base, ...models]: readonly [Weighted, ...Weighted[]]): Float32Array {
  const start = base.values;
  const mixed = new Float32Array(start.length);
  for (let i = 0; i < mixed.length; i++) {
    const origin = start[i]!;
    let sum = origin;
    for (let k = 0; k < models.length; k++) sum += models[k]!.weight * (models[k]!.values[i]! - origin);
    mixed[i] = sum;
  }
  return mixed;
}
