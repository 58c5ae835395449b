import { openNamed } from '../../app/shared/named-models.js';
import { requireRendered, requireStyleGan2 } from '../../checkpoint/checkpoint.js';
import { type ResolutionUsage, resolutionUsage } from '../../explore/usage.js';
import { barChart } from '../../picture/chart.js';
import { checkDrawing, writeDrawing } from '../../picture/write-drawing.js';
import { checkTruncation, labelOf } from '../../render/styles.js';
import { chosenEngine } from '../engine.js';
import type { CommonOptions, EngineChoice } from '../options/options.js';
import type { Context, Outcome } from '../outcome.js';
import { bar } from '../terminal/bars.js';
import { table } from '../terminal/table.js';

interface UsageOptions extends CommonOptions, EngineChoice {
  readonly seeds: readonly number[];
  readonly psi: number;
  readonly class?: number;
  readonly out?: string;
}

const BAR_WIDTH = 30;

/** `blend usage MODEL [MODEL…]`: how much each resolution adds to the picture. */
export async function usageCommand(
  names: readonly string[],
  options: UsageOptions,
  context: Context,
): Promise<Outcome> {
  const { seeds, psi, class: classIndex, out, force } = options;
  const { signal, terminal } = context;
  const models = await openNamed(names);
  try {
    for (const { checkpoint } of models) {
      requireStyleGan2(checkpoint);
      const architecture = requireRendered(checkpoint);
      checkTruncation(architecture, options);
      labelOf(architecture, classIndex);
    }
    if (out !== undefined)
      await checkDrawing(
        out,
        force,
        models.map(({ checkpoint }) => checkpoint.origin.path),
      );
    const engine = await chosenEngine(options, terminal);
    const progress = await terminal.progress({ label: 'usage', total: models.length * seeds.length });
    const usages: { name: string; usage: ResolutionUsage[] }[] = [];
    try {
      for (const { name, checkpoint } of models) {
        const before = usages.length * seeds.length;
        const onSeed = (done: number) => progress.update(before + done);
        const usage = await resolutionUsage(checkpoint, engine, { seeds, psi, classIndex, signal, onSeed });
        usages.push({ name, usage });
      }
    } finally {
      progress.finish();
    }
    if (out !== undefined) await writeDrawing(out, chartOf(usages), force, TITLE);
    const document = {
      ...(out === undefined ? {} : { output: out }),
      seeds: seeds.length,
      psi,
      models: usages,
    };
    return { document, lines: [...linesOf(usages), ...(out === undefined ? [] : [out])] };
  } finally {
    await Promise.all(models.map(({ checkpoint }) => checkpoint.close()));
  }
}

type Usages = readonly { readonly name: string; readonly usage: readonly ResolutionUsage[] }[];

const TITLE = 'Contribution of each resolution to the picture';

function linesOf(usages: Usages): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const largest = Math.max(...usages.flatMap(({ usage }) => usage.map(({ share }) => share)));
  return usages.flatMap(({ name, usage }, i) => {
    const rows = table([
      ['resolution', 'deviation', 'share'],
      ...usage.map(({ resolution, deviation, share }) => [
        `${resolution} px`,
        deviation.toFixed(4),
        percent(share),
      ]),
    ]);
    const bars = ['', ...usage.map(({ share }) => bar(share / largest, BAR_WIDTH))];
    return [...(i > 0 ? [''] : []), name, ...rows.map((row, k) => `${row}  ${bars[k]}`.trimEnd())];
  });
}

/** Models of different size side by side: what one lacks is 0. */
function chartOf(usages: Usages) {
  const resolutions = [...new Set(usages.flatMap(({ usage }) => usage.map((one) => one.resolution)))].sort(
    (a, b) => a - b,
  );
  return barChart({
    title: TITLE,
    places: resolutions.map(String),
    xLabel: 'resolution (px)',
    yLabel: 'share',
    range: [0, 0.1],
    format: (value) => `${Math.round(100 * value)} %`,
    series: usages.map(({ name, usage }) => ({
      name,
      values: resolutions.map((r) => usage.find((one) => one.resolution === r)?.share ?? 0),
    })),
  });
}
