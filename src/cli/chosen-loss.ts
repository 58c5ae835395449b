import { type ChosenLoss, chooseLoss } from '../metric/choose-loss.js';
import type { Terminal } from './terminal/terminal.js';

/** The loss of `--loss`; says which one `auto` is. */
export async function chosenLoss(spec: string, resolution: number, terminal: Terminal): Promise<ChosenLoss> {
  const chosen = await chooseLoss(spec, resolution);
  if (chosen.isAuto) {
    const better = chosen.spec === 'pyramid' && resolution >= 16;
    const more = better ? '; LPIPS sees more as people do: blend models pull lpips-vgg' : '';
    terminal.info(`comparing with ${chosen.spec}${more}`);
  }
  return chosen;
}
