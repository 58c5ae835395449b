import { resolutionOf } from '../../checkpoint/checkpoint.js';

/**
 * What decides whose a tensor is: its resolution, or membership in one of the groups that belong to no resolution.
 * `mapping` includes `w_avg` and the class embedding, `noise` is the fixed noise buffers, `filters` the FIR
 * filters, which are constants of the architecture.
 */
export type TensorGroup = number | 'mapping' | 'noise' | 'filters';

/**
 * The group of a canonical tensor name, of any family. Noise strengths are weights of their resolution, unlike the
 * buffers.
 */
export function groupOf(name: string): TensorGroup {
  if (/\.(resample_filter|up_filter|down_filter)$/.test(name)) return 'filters';
  if (name.endsWith('.noise_const') || /^synthesis\/noise\d+$/.test(name)) return 'noise';
  return resolutionOf(name) ?? 'mapping';
}
