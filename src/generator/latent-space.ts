import { type RenderedArchitecture, styleRows } from '../checkpoint/architecture/architecture.js';

/** What a synthesis network makes pictures from: [rows, dim] numbers. */
export interface LatentSpace {
  /** `w`: styles, which a mapping network makes of z. `z`: z itself, where there is no mapping network. */
  readonly name: 'w' | 'z';
  /** Length of a row: w_dim, or that of z with the label behind it. */
  readonly dim: number;
  /** One row for each layer in W, a single one in Z. */
  readonly rows: number;
  /** How many rows are truncated unless it is said otherwise. */
  readonly cutoff: number;
}

/** StyleGAN truncates the coarse layers only (`truncation_cutoff` of its `G_style`). */
const STYLEGAN1_CUTOFF = 8;

/** The latents of a kind of generator. */
export function latentSpaceOf(architecture: RenderedArchitecture): LatentSpace {
  if (architecture.family === 'pggan') {
    return { name: 'z', dim: architecture.zDim + architecture.classes, rows: 1, cutoff: 0 };
  }
  const rows = styleRows(architecture);
  const cutoff = architecture.family === 'stylegan1' ? Math.min(STYLEGAN1_CUTOFF, rows) : rows;
  return { name: 'w', dim: architecture.wDim, rows, cutoff };
}
