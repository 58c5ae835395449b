import { type AxisChoice, sweep } from '../../app/sweep.js';
import { UsageError } from '../../errors.js';
import { command } from '../command.js';
import { computing } from '../options/computing.js';
import { engineOptions } from '../options/engine.js';
import { classOption, psi, seeds } from '../options/models.js';
import { option, type Parser, withUsual } from '../options/option.js';
import { force, outPicture } from '../options/output.js';
import { listOf, wholeNumber } from '../options/parsers.js';
import { sourceOf, sourceOptions } from '../options/source.js';
import { COMMANDS } from './list.js';

const EXAMPLES = `
A parameter is seed, swap, ramp, amount, base or transfer, with its values after =; of a recipe seed or any part:
  blend sweep --base B --transfer T --out sweep.png                    every swap of six seeds
  blend sweep … --columns swap=8,16,32 --rows ramp=0,0.5,1 --seeds 3   one face
  blend sweep … --swap 16 --columns amount=0,0.5,1,1.5 --rows seed     beyond 1: more than the transfer model
  blend sweep --base B --columns transfer=T,U --rows swap --seeds 3
  blend sweep three.yaml --columns pixelart.amount=0,0.5,1 --rows dylan.window=16,32,64
  blend sweep three.yaml --columns method=linear,slerp,task --rows pixelart.model=A,B`;

/** `swap`, `swap=4,8,16`, `amount=0,0.5,1`, `seed=0-3,85`, `transfer=a,b`, `pixelart.swap=4,8`. */
const axis: Parser<AxisChoice> = (word, name) => {
  const [part = '', ...values] = word.split('=');
  if (part === '') throw new UsageError('OPTION_MALFORMED', `${name}: expected a parameter, found nothing`);
  if (values.length === 0) return { part };
  const list = listOf(values.join('='));
  if (list.length > 0) return { part, values: list };
  throw new UsageError('OPTION_MALFORMED', `${name}: expected values after ${part}=, found none`);
};

/** `blend sweep [RECIPE]`: one or two parameters of a blend in rows and columns. */
export default command(COMMANDS.sweep, {
  examples: EXAMPLES,
  options: [
    ...sourceOptions,
    withUsual(
      option('--columns <parameter>', 'what varies from left to right', 'in', axis),
      { part: 'swap' },
      'swap',
    ),
    withUsual(
      option('--rows <parameter>', 'what varies from top to bottom', 'in', axis),
      { part: 'seed' },
      'seed',
    ),
    seeds,
    psi,
    classOption,
    outPicture,
    option(
      '--stop-at <resolution>',
      'a quick look: stop there, without what finer resolutions add',
      'out',
      wholeNumber(),
    ),
    force,
    ...engineOptions,
  ],
  async run([recipe], options, run) {
    const source = sourceOf(recipe, { ...varied(options), ...options });
    const { document } = await sweep(source, { ...computing(options), ...run });
    return { document, lines: [options.out] };
  },
});

/** A model that varies has its first value where it is not said otherwise. */
function varied({ columns, rows }: { readonly columns: AxisChoice; readonly rows: AxisChoice }) {
  const models = [columns, rows].flatMap(({ part, values }) =>
    part === 'base' || part === 'transfer' ? [[part, values?.[0]]] : [],
  );
  return Object.fromEntries(models) as { readonly base?: string; readonly transfer?: string };
}
