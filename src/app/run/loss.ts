import { type ChosenLoss, chooseLoss } from '../../metric/choose-loss.js';
import type { Report } from './run.js';

/** The loss of a spec; says which one `auto`, the default, is. */
export async function chosenLoss(
  spec: string | undefined,
  resolution: number,
  report: Report,
): Promise<ChosenLoss> {
  const chosen = await chooseLoss(spec ?? 'auto', resolution);
  if (chosen.isAuto) {
    const better = chosen.spec === 'pyramid' && resolution >= 16;
    const more = better ? '; LPIPS sees more as people do: blend models pull lpips-vgg' : '';
    report.info(`comparing with ${chosen.spec}${more}`);
  }
  return chosen;
}
