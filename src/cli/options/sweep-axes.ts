import { resolutionsOf } from '../../checkpoint/architecture/architecture.js';
import { UsageError } from '../../errors.js';
import type { LabelledModel } from '../../explore/parameters.js';
import type { SweepAxis, SweepParameter } from '../../explore/sweep.js';
import { parseSeeds } from '../../render/seeds.js';
import { number, wholeNumber } from './options.js';

/** An axis as it is worded: a parameter, with its values where those are given. */
export interface AxisChoice {
  /** Of a pair a {@link SweepParameter}, of a recipe any part. */
  readonly parameter: string;
  readonly values: string | undefined;
}

const PARAMETERS: readonly SweepParameter[] = ['seed', 'swap', 'ramp', 'amount', 'base', 'transfer'];

const USUAL = { ramp: [0, 0.5, 1, 2], amount: [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5] } as const;

/** A parser of `swap`, `swap=4,8,16`, `amount=0,0.5,1`, `seed=0-3,85`, `transfer=a,b`, `pixelart.swap=4,8`. */
export function axis(option: string): (text: string) => AxisChoice {
  return (text) => {
    const [parameter = '', ...values] = text.split('=');
    if (parameter !== '') return { parameter, values: values.length === 0 ? undefined : values.join('=') };
    throw unknownParameter(option, parameter);
  };
}

function unknownParameter(option: string, found: string): UsageError {
  return new UsageError(
    'OPTION_MALFORMED',
    `${option}: expected ${PARAMETERS.join(', ')}, found ${JSON.stringify(found.slice(0, 40))}`,
    {
      hint: 'values follow after =, for example --columns swap=4,8,16; of a recipe any part: --columns NAME.amount=0,1',
    },
  );
}

/** The names of the models that an axis varies. */
export function modelsOfAxis({ parameter, values }: AxisChoice): string[] {
  return parameter === 'base' || parameter === 'transfer' ? listOf(values ?? '') : [];
}

/**
 * An axis with its values.
 * @param models those of `modelsOfAxis`, open
 * @throws UsageError `OPTION_MALFORMED`
 */
export function axisOf(
  option: string,
  { parameter, values }: AxisChoice,
  usual: { readonly seeds: readonly number[]; readonly architecture: { readonly resolution: number } },
  models: (name: string) => LabelledModel,
): SweepAxis {
  const known = PARAMETERS.find((name) => name === parameter);
  switch (known) {
    case undefined:
      throw unknownParameter(option, parameter);
    case 'seed':
      return { parameter: known, values: values === undefined ? usual.seeds : parseSeeds(values) };
    case 'swap': {
      const resolutions = resolutionsOf(usual.architecture);
      return {
        parameter: known,
        values: values === undefined ? resolutions : numbers(option, values, wholeNumber(option)),
      };
    }
    case 'ramp':
    case 'amount': {
      const parse = number(option, known === 'ramp' ? { min: 0 } : {});
      return {
        parameter: known,
        values: values === undefined ? USUAL[known] : numbers(option, values, parse),
      };
    }
    default: {
      const named = listOf(values ?? '').map(models);
      if (named.length > 0) return { parameter: known, values: named };
      throw new UsageError('OPTION_MALFORMED', `${option}: expected models after ${parameter}=, found none`);
    }
  }
}

function numbers(option: string, values: string, parse: (text: string) => number): number[] {
  const list = listOf(values);
  if (list.length === 0)
    throw new UsageError('OPTION_MALFORMED', `${option}: expected numbers after =, found none`);
  return [...new Set(list.map(parse))];
}

/** The parts of a list with commas. */
export function listOf(values: string): string[] {
  return values
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '');
}
