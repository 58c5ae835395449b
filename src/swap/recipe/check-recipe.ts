import { resolutionsOf } from '../../checkpoint/architecture/architecture.js';
import { methodNamed } from '../methods/registry.js';
import { alphaAt, namedResolutions } from './alpha.js';
import { checkCut } from './check-cut.js';
import { AVERAGE, BLENDED, isModelName } from './model-names.js';
import type { ModelShape } from './model-shape.js';
import { methodAt, modelsOf, othersOf } from './recipe.js';
import { RecipeError, twoBases } from './recipe-error.js';
import type { Alpha, Recipe } from './schema.js';
import { PARTS, type Slot } from './slot.js';

/** α's that add up to 1 in decimal may miss it in binary. */
const SUM_TOLERANCE = 1e-9;

/**
 * Checks that a recipe can be carried out on models of these architectures. Whether the models are alike is another
 * matter.
 * @throws RecipeError `MODEL_UNDEFINED`, `METHOD_UNKNOWN`, `TWO_BASES`, `ALPHA_MISSING`, `SWAP_NOT_A_RESOLUTION`,
 *   `RESOLUTION_UNKNOWN`, `RAMP_OUT_OF_RANGE`, `WINDOWS_OVERLAP`, `ALPHA_OUT_OF_RANGE`, `ALPHA_SUM`, and as
 *   `checkCut`
 */
export function checkRecipe(recipe: Recipe, models: ReadonlyMap<string, ModelShape>): void {
  checkNames(recipe, models);
  const resolutions = resolutionsOf(models.get(recipe.base)!);
  checkMethods(recipe, resolutions);
  if (recipe.cut !== undefined) {
    checkCut(recipe, recipe.cut, models.get(recipe.base)!);
    return;
  }
  for (const model of othersOf(recipe)) {
    const { alpha } = recipe.models[model]!;
    if (alpha === undefined) requireAverage(recipe, model, resolutions);
    else checkAlpha(alpha, model, commonOf(recipe, resolutions, models.get(model)!));
  }
  for (const slot of slotsOf(resolutions)) checkShares(slot, recipe);
}

function checkNames(recipe: Recipe, models: ReadonlyMap<string, ModelShape>): void {
  const names = modelsOf(recipe);
  const require = (at: (string | number)[], name: string, reserved: string | undefined) => {
    if (names.includes(name) || name === reserved) return;
    throw new RecipeError(
      'MODEL_UNDEFINED',
      at,
      `${at[0]}: expected one of the models (${names.join(', ')}), found ${JSON.stringify(name)}`,
    );
  };
  for (const name of names) {
    if (!models.has(name) || !isModelName(name)) {
      throw new RecipeError('MODEL_UNDEFINED', ['models', name], `models: nothing is known of ${name}`);
    }
  }
  require(['mapping'], recipe.mapping, AVERAGE);
  require(['w_avg'], recipe.w_avg, AVERAGE);
  require(['noise'], recipe.noise, recipe.cut?.tool === 'animegan' ? BLENDED : undefined);
  if (recipe.models[recipe.base]?.alpha !== undefined) throw twoBases(recipe.base);
}

function checkMethods({ method = 'linear' }: Recipe, resolutions: readonly number[]): void {
  for (const [key, name] of typeof method === 'string' ? [['default', method]] : Object.entries(method)) {
    methodNamed(name!);
    if (key !== 'default') requireResolution(Number(key), resolutions, ['method', key!], 'method');
  }
}

function requireAverage(recipe: Recipe, model: string, resolutions: readonly number[]): void {
  if (resolutions.every((r) => methodNamed(methodAt(recipe, r)).ignoresAlpha)) return;
  throw new RecipeError(
    'ALPHA_MISSING',
    ['models', model],
    `alpha of ${model}: expected how much of it goes where, found nothing`,
    'for example alpha: { swap: 16 }; only method: average needs none',
  );
}

/** The resolutions that a model shares with the base, as far as that matters. */
function commonOf(recipe: Recipe, resolutions: readonly number[], model: ModelShape): readonly number[] {
  return recipe.common === true ? resolutions.filter((r) => r <= model.resolution) : resolutions;
}

function checkAlpha(alpha: Alpha, model: string, resolutions: readonly number[]): void {
  if (typeof alpha === 'number') return;
  const at = ['models', model, 'alpha'];
  if ('swap' in alpha && !resolutions.includes(alpha.swap)) {
    throw new RecipeError(
      'SWAP_NOT_A_RESOLUTION',
      [...at, 'swap'],
      `swap: expected a resolution of the model (${resolutions.join(', ')}), found ${alpha.swap}`,
      'the swap is the last resolution that takes its weights from the low-resolution model',
    );
  }
  const kind = 'window' in alpha ? 'window' : 'table';
  for (const r of namedResolutions(alpha)) {
    const key = kind === 'table' ? [String(r)] : [];
    requireResolution(r, resolutions, [...at, kind, ...key], `${kind} of ${model}`);
  }
  if ('ramp' in alpha && alpha.ramp !== undefined) checkRamp(alpha.ramp, at);
  if ('window' in alpha) checkWindow(alpha.window, at, model);
}

function requireResolution(
  r: number,
  resolutions: readonly number[],
  at: (string | number)[],
  what: string,
): void {
  if (resolutions.includes(r)) return;
  throw new RecipeError(
    'RESOLUTION_UNKNOWN',
    at,
    `${what}: expected resolutions that the models have (${resolutions.join(', ')}), found ${r}`,
  );
}

function checkRamp(
  ramp: number | { readonly centre: number; readonly width: number },
  at: readonly (string | number)[],
): void {
  const width = typeof ramp === 'number' ? ramp : ramp.width;
  const below = typeof ramp === 'number' ? [] : ['width'];
  if (!(Number.isFinite(width) && width >= 0)) {
    throw new RecipeError(
      'RAMP_OUT_OF_RANGE',
      [...at, 'ramp', ...below],
      `ramp: expected a width in octaves, finite and >= 0, found ${width}`,
      '0 is a hard swap, 1 a gentle ramp',
    );
  }
  if (typeof ramp === 'object' && !(Number.isFinite(ramp.centre) && ramp.centre > 0)) {
    throw new RecipeError(
      'RAMP_OUT_OF_RANGE',
      [...at, 'ramp', 'centre'],
      `ramp: expected a centre in pixels above 0, found ${ramp.centre}`,
    );
  }
}

function checkWindow(
  window: readonly { readonly from: number; readonly to: number }[],
  at: readonly (string | number)[],
  model: string,
): void {
  const sorted = [...window].sort((a, b) => a.from - b.from);
  const last = sorted.find((range) => range.from > range.to);
  const overlap = sorted.find((range, i) => i > 0 && range.from <= sorted[i - 1]!.to);
  if (last === undefined && overlap === undefined) return;
  throw new RecipeError(
    'WINDOWS_OVERLAP',
    [...at, 'window'],
    last === undefined
      ? `window of ${model}: expected ranges apart from each other, found ${overlap!.from} px in two of them`
      : `window of ${model}: expected a range upwards, found ${last.from}-${last.to}`,
  );
}

function* slotsOf(resolutions: readonly number[]): Generator<Slot> {
  for (const resolution of resolutions) {
    for (const level of [0, 1] as const) for (const part of PARTS) yield { resolution, level, part };
  }
}

/** α in a slot: each within 0..1 and together at most 1, but where the method extrapolates. */
function checkShares(slot: Slot, recipe: Recipe): void {
  const { extrapolates, ignoresAlpha } = methodNamed(methodAt(recipe, slot.resolution));
  let sum = 0;
  for (const model of othersOf(recipe)) {
    const alpha = alphaAt(recipe.models[model]!.alpha ?? 0, slot);
    const isSound = Number.isFinite(alpha) && (extrapolates || (alpha >= 0 && alpha <= 1));
    if (!isSound) throw outOfRange(alpha, model, slot);
    sum += alpha;
  }
  if (extrapolates || ignoresAlpha || recipe.normalize === true) return;
  if (sum > 1 + SUM_TOLERANCE) throw tooMuch(sum, slot, recipe);
}

function outOfRange(alpha: number, model: string, { resolution }: Slot): RecipeError {
  return new RecipeError(
    'ALPHA_OUT_OF_RANGE',
    ['models', model, 'alpha'],
    `alpha of ${model}: expected 0..1, found ${alpha} at ${resolution} px`,
    'beyond 0..1 is extrapolation, which method: task allows',
  );
}

function tooMuch(sum: number, slot: Slot, recipe: Recipe): RecipeError {
  const alphaOf = (model: string) => recipe.models[model]!.alpha ?? 0;
  const involved = othersOf(recipe).filter((model) => alphaAt(alphaOf(model), slot) > 0);
  const areWindows = involved.every((model) => Object.hasOwn(Object(alphaOf(model)), 'window'));
  const names = involved.join(' and ');
  const at = ['models', involved.at(-1)!, 'alpha'];
  const found = Number(sum.toFixed(6));
  if (areWindows) {
    return new RecipeError(
      'WINDOWS_OVERLAP',
      at,
      `alpha: the windows of ${names} overlap at ${slot.resolution} px, where they add up to ${found} instead of at most 1`,
      'move one of them, give them amounts, or say normalize: true',
    );
  }
  return new RecipeError(
    'ALPHA_SUM',
    at,
    `alpha: expected at most 1 in all, found ${found} of ${names} at ${slot.resolution} px`,
    'the base gets what the others leave; normalize: true divides them by their sum',
  );
}
