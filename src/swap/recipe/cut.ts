import { groupOf } from './groups.js';
import type { Cut } from './schema.js';
import { slotOf } from './slot.js';

/**
 * The share of the high-resolution model in a tensor, 0..1, where y = 1 / (1 + exp(-x / width)) or 0 and 1:
 *
 * - pinkney (`blend_models.py` of justinpinkney/stylegan2): x counts half-resolutions from the cut, and a hard cut
 * takes
 * x > 1. `4x4/Conv`, which is b4.conv1 here, stays low because the tool looks for `Conv0_up`, `Const`, `Conv1`,
 * `ToRGB`.
 * - t27 (`stylegan_blending.py`): the same on PyTorch's names, b4.conv1 among them.
 * - dvschultz (`blend_models.py` of dvschultz/stylegan2-ada-pytorch): copies the parameters above the cut.
 * - animegan (bryandlee/animegan2-pytorch, issue 3): x counts whole resolutions, a hard cut takes x > 0, and what is
 *   mixed is everything in the synthesis network, noise buffers and filters too.
 */
export function highShare(name: string, cut: Cut): number {
  const slot = slotOf(name);
  const isBuffer = slot === undefined;
  switch (cut.tool) {
    case 'pinkney':
    case 't27': {
      if (isBuffer || (cut.tool === 'pinkney' && name.startsWith('synthesis.b4.conv1.'))) return 0;
      const position = 2 * Math.log2(slot.resolution) + slot.level;
      return atCut(position - 2 * Math.log2(cut.resolution) - (cut.level ?? 0), 1, cut.width);
    }
    case 'dvschultz':
      return !isBuffer && slot.resolution > cut.resolution ? 1 : 0;
    case 'animegan': {
      const resolution = blockOf(name);
      return resolution === undefined ? 0 : atCut(Math.log2(resolution / cut.resolution), 0, cut.width);
    }
  }
}

function atCut(x: number, hardFrom: number, width = 0): number {
  if (width === 0) return x > hardFrom ? 1 : 0;
  return 1 / (1 + Math.exp(-x / width));
}

/** The resolution of everything in a block, buffers too. */
function blockOf(name: string): number | undefined {
  const group = groupOf(name);
  if (typeof group === 'number') return group;
  const match = /^synthesis\.b(\d+)\./.exec(name);
  return match === null ? undefined : Number(match[1]);
}
