import type { BlendJob } from '../app/blending/blend-job.js';
import { jobOfFile } from '../app/blending/recipe-job.js';
import { UsageError } from '../errors.js';
import type { BlendOptions } from './blend-job.js';

/** Options that say what a recipe says. */
const IN_RECIPE = [
  'base',
  'transfer',
  'swap',
  'ramp',
  'structure',
  'alpha',
  'method',
  'common',
  'cut',
  'level',
  'width',
  'mapping',
  'noise',
] as const;

/**
 * The job that a recipe file describes; options about the output count more than what it says of that.
 *
 * @throws as `jobOfFile`; UsageError `OPTIONS_EXCLUSIVE`
 */
export async function jobOfRecipe(path: string, options: BlendOptions): Promise<BlendJob> {
  const other = IN_RECIPE.find((key) => options[key] !== undefined);
  if (other !== undefined) {
    throw new UsageError('OPTIONS_EXCLUSIVE', `--${other} and a recipe: expected one of them, found both`, {
      hint: `say it in ${path}; --print-recipe writes recipes from options`,
    });
  }
  const job = await jobOfFile(path);
  return { ...job, ...givenOf(options), ...(options.out === undefined ? {} : { outAt: undefined }) };
}

function givenOf({ out, container, networks, lossy, dtype, preview, seeds, class: label }: BlendOptions) {
  const given = { out, container, networks, lossy, dtype, preview, seeds, class: label };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
