import { type UsageDocument, usage } from '../../app/usage.js';
import { command } from '../command.js';
import { computing } from '../options/computing.js';
import { engineOptions } from '../options/engine.js';
import { classOption, psi, seedsOr } from '../options/models.js';
import { force, out } from '../options/output.js';
import { bar } from '../terminal/bar-text.js';
import { table } from '../terminal/table.js';
import { COMMANDS } from './list.js';

const BAR_WIDTH = 30;

/** `blend usage MODEL [MODEL…]`: how much each resolution adds to the picture. */
export default command(COMMANDS.usage, {
  options: [
    seedsOr('0-15'),
    psi,
    classOption,
    out('also draw it (SVG, PNG, JPEG, WebP)'),
    force,
    ...engineOptions,
  ],
  async run([models], options, run) {
    const { document } = await usage(models, { ...computing(options), ...run });
    const { output } = document;
    return { document, lines: [...linesOf(document), ...(output === undefined ? [] : [output])] };
  },
});

/** A table for each generator; the longest bar is that of the largest share. */
function linesOf({ models }: UsageDocument): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const largest = Math.max(...models.flatMap((model) => model.usage.map(({ share }) => share)));
  return models.flatMap((model, i) => {
    const rows = table([
      ['resolution', 'deviation', 'share'],
      ...model.usage.map(({ resolution, deviation, share }) => [
        `${resolution} px`,
        deviation.toFixed(4),
        percent(share),
      ]),
    ]);
    const bars = ['', ...model.usage.map(({ share }) => bar(share / largest, BAR_WIDTH))];
    return [...(i > 0 ? [''] : []), model.name, ...rows.map((row, k) => `${row}  ${bars[k]}`.trimEnd())];
  });
}
