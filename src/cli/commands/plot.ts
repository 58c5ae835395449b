import { type PlotDocument, plot } from '../../app/plot.js';
import { command } from '../command.js';
import { option } from '../options/option.js';
import { force, out } from '../options/output.js';
import { wholeNumber } from '../options/parsers.js';
import { sourceOf, sourceOptions } from '../options/source.js';
import { bar } from '../terminal/bar-text.js';
import { table } from '../terminal/table.js';
import { COMMANDS } from './list.js';

const BAR_WIDTH = 20;

/** `blend plot [RECIPE]`: the weight of every model at each resolution, as bars and as a drawing. */
export default command(COMMANDS.plot, {
  options: [
    ...sourceOptions,
    option(
      '--resolution <r>',
      'of models that need not be there',
      'in',
      wholeNumber({ min: 4, max: 65_536 }),
      { rare: true },
    ),
    out('also draw it (SVG, PNG, JPEG, WebP)'),
    force,
  ],
  async run([recipe], options, run) {
    const { document } = await plot(sourceOf(recipe, options), { ...options, ...run });
    return {
      document,
      lines: [...linesOf(document), ...(document.output === undefined ? [] : [document.output])],
    };
  },
});

/** A line for each place: a number for each curve, and a bar for each model. Weights below 0 have no bar. */
function linesOf({ places, series }: PlotDocument): string[] {
  const largest = Math.max(1, ...series.flatMap(({ values }) => values));
  const numbers = table([
    ['', ...series.map(({ name }) => name)],
    ...places.map((place, k) => [`${place} px`, ...series.map(({ values }) => values[k]!.toFixed(4))]),
  ]);
  const models = series.filter(({ isPart }) => !isPart);
  const bars = models.map(({ values }) =>
    values.map((value) => bar(value / largest, BAR_WIDTH).padEnd(BAR_WIDTH)),
  );
  const head = models.map(({ name }) => name.slice(0, BAR_WIDTH).padEnd(BAR_WIDTH)).join('  ');
  return numbers.map((line, k) =>
    `${line.padEnd(numbers[0]!.length)}  ${k === 0 ? head : bars.map((column) => column[k - 1]!).join('  ')}`.trimEnd(),
  );
}
