import type { Context } from '../../cli/outcome.js';
import type { Progress } from '../../cli/terminal/progress.js';
import { createParter, type Parter, type PartOptions } from '../parts.js';
import { type Item, type PlanOptions, planItems } from './plan.js';

/** `planItems` with the search for faces: shows how far it is, and says how many pictures were aligned already. */
export async function planWithFaces(
  paths: readonly string[],
  options: Omit<PlanOptions, 'parter' | 'onPicture' | 'signal'> & PartOptions,
  /** Side of the generator's pictures. */
  size: number,
  { terminal, signal }: Context,
): Promise<Item[]> {
  let parter: Parter | undefined;
  let progress: Progress | undefined;
  try {
    const items = await planItems(paths, {
      ...options,
      async parter(pictures) {
        parter = await createParter(options, size, pictures);
        progress = await terminal.progress({ label: 'looking for faces', total: pictures });
        return parter;
      },
      onPicture: (done) => progress?.update(done),
      signal,
    });
    const taken = parter?.taken() ?? 0;
    const are = taken === 1 ? '1 picture is' : `${taken} pictures are`;
    if (taken > 0)
      terminal.info(`${are} taken as aligned already (${size} x ${size} pixels, or from blend align)`);
    return items;
  } finally {
    progress?.finish();
  }
}
