import type { BlendJob, OutputChoice } from '../app/blending/blend-job.js';
import { modelLabel } from '../checkpoint/names.js';
import { type StyleganBlendError, UsageError } from '../errors.js';
import type { Alpha } from '../swap/recipe/alpha.js';
import { type Cut, type CutTool, DVSCHULTZ_RESOLUTION } from '../swap/recipe/cut.js';
import { BLENDED, type MergeMethod, type Recipe } from '../swap/recipe/recipe-model.js';
import { type CommonOptions, type EngineChoice, missing, type RecipeChoice } from './options/options.js';

/** Options of `blend` and `blend plan`. */
export interface BlendOptions extends CommonOptions, EngineChoice, OutputChoice, Partial<RecipeChoice> {
  readonly recipe?: string;
  readonly out?: string;
  readonly preview?: string;
  readonly seeds?: readonly number[];
  readonly class?: number;
  readonly base?: string;
  readonly transfer?: string;
  readonly swap?: number;
  readonly alpha?: number;
  readonly method?: MergeMethod;
  readonly common?: true;
  readonly cut?: CutTool;
  readonly level?: 0 | 1;
  readonly width?: number;
  readonly mapping?: 'base' | 'transfer';
  readonly noise?: 'base' | 'transfer';
  readonly printRecipe?: true;
  readonly dryRun?: true;
}

/**
 * The job that options describe: two models.
 *
 * @throws UsageError `OPTION_MISSING`, `OPTIONS_EXCLUSIVE`
 */
export function jobOfOptions(options: BlendOptions): BlendJob {
  const hint = 'for example: blend --base toonhead --transfer pixelart --swap 8; see also blend --help';
  const { base, transfer } = options;
  if (base === undefined) throw missing('--base', hint);
  if (transfer === undefined) throw missing('--transfer', hint);
  const names = namesOf(base, transfer);
  const sources = [base, transfer].map((model) => ({ written: { model, isRecipe: false }, model }));
  return {
    ...options,
    recipe:
      options.cut === undefined ? recipeOfOptions(options, names) : cutOfOptions(options, options.cut, names),
    models: new Map([
      [names.base, sources[0]!],
      [names.transfer, sources[1]!],
    ]),
    out: options.out ?? `${modelLabel(base)}-${modelLabel(transfer)}-${describeChoice(options)}.safetensors`,
    explain: async (_, action) => action(),
  };
}

/** Models are called as their files, where these names can be told apart. */
function namesOf(base: string, transfer: string): { base: string; transfer: string } {
  const word = (label: string) =>
    label
      .replace(/[^\w.-]+/g, '-')
      .replace(/^[^A-Za-z]+/, '')
      .slice(0, 64);
  const [a, b] = [word(modelLabel(base)), word(modelLabel(transfer))];
  const areNames = a !== '' && b !== '' && a !== b && !(a in {}) && !(b in {});
  const isReserved = [a, b].some((name) => name === 'average' || name === 'blended');
  return areNames && !isReserved ? { base: a, transfer: b } : { base: 'base', transfer: 'transfer' };
}

type Names = ReturnType<typeof namesOf>;

function recipeOfOptions(options: BlendOptions, names: Names): Recipe {
  const { mapping = 'base', noise = 'base', method, common, level, width } = options;
  if (level !== undefined) throw needs('--level', '--cut');
  if (width !== undefined) throw needs('--width', '--cut');
  return {
    base: names.base,
    others: [names.transfer],
    alpha: alphasOf(options, names),
    mapping: names[mapping],
    wAvg: names[mapping],
    noise: names[noise],
    ...(method === undefined || method === 'linear' ? {} : { method }),
    ...(common === undefined ? {} : { common }),
  };
}

function alphasOf(options: BlendOptions, names: Names): Record<string, Alpha> {
  const { swap, ramp, structure, alpha, method } = options;
  if (swap !== undefined) {
    const side = structure === 'base' ? { side: 'high' as const } : {};
    const rest = {
      ...(ramp === undefined ? {} : { ramp }),
      ...side,
      ...(alpha === undefined ? {} : { amount: alpha }),
    };
    return { [names.transfer]: { swap, ...rest } };
  }
  if (ramp !== undefined) throw needs('--ramp', '--swap');
  if (structure !== undefined) throw needs('--structure', '--swap or --cut');
  if (alpha !== undefined) return { [names.transfer]: alpha };
  if (method === 'average') return {};
  throw missing('--swap', 'or --alpha for the same share everywhere, --cut for the rule of another tool');
}

/** The tools start from the low-resolution model, and leave what belongs to no resolution as it is there. */
function cutOfOptions(options: BlendOptions, tool: CutTool, names: Names): Recipe {
  const { swap, ramp, alpha, method, common, level, width, structure = 'transfer', mapping, noise } = options;
  const other = Object.entries({
    '--ramp': ramp,
    '--alpha': alpha,
    '--method': method,
    '--common': common,
  }).find(([, value]) => value !== undefined);
  if (other !== undefined) {
    throw new UsageError('OPTIONS_EXCLUSIVE', `--cut and ${other[0]}: expected one of them, found both`);
  }
  const resolution = swap ?? (tool === 'dvschultz' ? DVSCHULTZ_RESOLUTION : undefined);
  if (resolution === undefined) throw missing('--swap', 'it says at which resolution --cut cuts');
  const low = names[structure];
  const cut: Cut = {
    tool,
    resolution,
    ...(level === undefined ? {} : { level }),
    ...(width === undefined ? {} : { width }),
    low,
  };
  const ofMapping = mapping === undefined ? low : names[mapping];
  const untouched = tool === 'animegan' ? BLENDED : low;
  return {
    base: names.base,
    others: [names.transfer],
    alpha: {},
    cut,
    mapping: ofMapping,
    wAvg: ofMapping,
    noise: noise === undefined ? untouched : names[noise],
  };
}

/** e.g. `swap8`: what tells the outputs of one pair apart. */
function describeChoice({ swap, alpha, method, cut, level = 0 }: BlendOptions): string {
  if (cut !== undefined) {
    const half = cut === 'pinkney' || cut === 't27' ? `-${level}` : '';
    return `${cut}${swap ?? DVSCHULTZ_RESOLUTION}${half}`;
  }
  if (swap !== undefined) return `swap${swap}`;
  return alpha === undefined ? String(method) : `alpha${alpha}`;
}

function needs(option: string, other: string): StyleganBlendError {
  return new UsageError('OPTION_MISSING', `${option}: expected ${other} beside it, found none`);
}
