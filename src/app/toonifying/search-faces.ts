import type { FinderChoice } from '../../face/face-source.js';
import { type BatchPlanOptions, type Item, planItems } from '../../toonify/batch/plan.js';
import { createParter, type Parter, type PartOptions } from '../../toonify/parts.js';
import type { Report } from '../run/run.js';

/** `planItems` with the search for faces: shows how far it is, and says how many pictures were aligned already. */
export async function planWithFaces(
  paths: readonly string[],
  options: Omit<BatchPlanOptions, 'parter' | 'onPicture' | 'signal'> & PartOptions & FinderChoice,
  /** Side of the generator's pictures. */
  size: number,
  report: Report,
): Promise<Item[]> {
  let parter: Parter | undefined;
  const items = await planItems(paths, {
    ...options,
    async parter(pictures) {
      const onEngineNotice = (notice: string) => report.warn(notice);
      parter = await createParter({ ...options, onEngineNotice }, size, pictures);
      return parter;
    },
    onPicture: (done, total) =>
      report.stage(options.align === false ? 'looking at pictures' : 'looking for faces', total)(done),
    signal: report.signal,
  });
  const taken = parter?.taken() ?? 0;
  const are = taken === 1 ? '1 picture is' : `${taken} pictures are`;
  if (taken > 0)
    report.info(`${are} taken as aligned already (${size} x ${size} pixels, or from blend align)`);
  return items;
}
