import { resolutionsOf } from '../checkpoint/architecture.js';
import { requireRendered } from '../checkpoint/checkpoint.js';
import { type Engine, openEngine } from '../engine/index.js';
import { renderCandidates } from '../explore/render-candidates.js';
import { sweepGrid } from '../explore/sweep.js';
import type { Picture } from '../render/picture.js';
import type { SeedOptions } from '../render/renderer.js';
import { contactSheet } from '../render/sheet.js';
import { type ModelSource, withModel } from './with-model.js';

export interface SweepOptions extends SeedOptions {
  readonly base: ModelSource;
  readonly transfer: ModelSource;
  /** Rows. */
  readonly seeds: readonly number[];
  /** Columns between the base and the transfer model: every resolution unless given. */
  readonly swaps?: readonly number[] | undefined;
  /** Opened for this call unless given. */
  readonly engine?: Engine | undefined;
  readonly onPicture?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Faces through every swap, side by side, as one labelled picture. What columns have in common is computed once.
 * Other parameters: `sweepGrid` and `renderCandidates`.
 * @throws as `openModel`, `sweepGrid`, `renderCandidates`; AbortedError
 */
export async function sweep(options: SweepOptions): Promise<Picture> {
  const { seeds, onPicture } = options;
  return withModel(options.base, (base) =>
    withModel(options.transfer, async (transfer) => {
      const swaps = options.swaps ?? resolutionsOf(requireRendered(base));
      const grid = sweepGrid({
        fixed: {
          base: { name: 'base', checkpoint: base },
          transfer: { name: 'transfer', checkpoint: transfer },
        },
        seed: seeds[0]!,
        columns: { parameter: 'swap', values: swaps },
        rows: { parameter: 'seed', values: seeds },
        ends: true,
      });
      const pictures = grid.candidates.map((): Picture[] => []);
      const total = grid.candidates.length * grid.seeds.length;
      let done = 0;
      const engine = options.engine ?? (await openEngine());
      await renderCandidates(grid.candidates, grid.seeds, engine, options, (candidate, seed, picture) => {
        pictures[candidate]![seed] = picture;
        onPicture?.(++done, total);
      });
      const rows = grid.cells.map((row) => row.map(({ candidate, seed }) => pictures[candidate]![seed]!));
      return contactSheet({ rows, rowLabels: grid.rowLabels, columnLabels: grid.columnLabels });
    }),
  );
}
