import { resolutionsOf } from '../../checkpoint/architecture/architecture.js';
import { DVSCHULTZ_RESOLUTION } from './cut-tools.js';
import type { ModelShape } from './model-shape.js';
import { modelsOf } from './recipe.js';
import { RecipeError } from './recipe-error.js';
import type { Cut, Recipe } from './schema.js';

/**
 * Checks that a cut can be made in a model of this architecture.
 * @throws RecipeError `CUT_MODELS`, `CUT_ARCHITECTURE`, `CUT_OPTION`, `SWAP_NOT_A_RESOLUTION`, `RAMP_OUT_OF_RANGE`
 */
export function checkCut(recipe: Recipe, cut: Cut, model: ModelShape): void {
  const fail = (code: string, key: string, message: string, hint?: string) =>
    new RecipeError(code, ['cut', key], `cut ${cut.tool}: ${message}`, hint);
  const models = modelsOf(recipe);
  const isOtherwise = recipe.method !== undefined || recipe.normalize === true || recipe.common === true;
  const hasAlpha = models.some((name) => recipe.models[name]!.alpha !== undefined);
  if (models.length !== 2 || hasAlpha || isOtherwise) {
    throw fail(
      'CUT_MODELS',
      'tool',
      'expected two models without alpha, method, normalize and common, found other settings',
      'the rule of that tool says all of it',
    );
  }
  if (!models.includes(cut.low)) {
    throw fail('CUT_MODELS', 'low', `expected one of the models (${models.join(', ')}), found ${cut.low}`);
  }
  if (model.family !== 'stylegan2') {
    throw fail('CUT_ARCHITECTURE', 'tool', `expected StyleGAN2 generators, found ${model.family}`);
  }
  checkOptions(cut, fail);
  const resolutions = resolutionsOf(model);
  // That tool's default is beyond small models, of which it keeps all.
  const isDefault = cut.tool === 'dvschultz' && cut.resolution === DVSCHULTZ_RESOLUTION;
  if (resolutions.includes(cut.resolution) || isDefault) return;
  throw fail(
    'SWAP_NOT_A_RESOLUTION',
    'resolution',
    `expected a resolution of the model (${resolutions.join(', ')}), found ${cut.resolution}`,
  );
}

function checkOptions(
  { tool, level, width }: Cut,
  fail: (code: string, key: string, message: string) => RecipeError,
): void {
  if (level !== undefined && tool !== 'pinkney' && tool !== 't27') {
    throw fail('CUT_OPTION', 'level', `expected no level, which only pinkney and t27 have, found ${level}`);
  }
  if (width !== undefined && tool === 'dvschultz') {
    throw fail('CUT_OPTION', 'width', `expected no width, because it cuts hard, found ${width}`);
  }
  if (width !== undefined && !(Number.isFinite(width) && width >= 0)) {
    throw fail('RAMP_OUT_OF_RANGE', 'width', `expected a width, finite and >= 0, found ${width}`);
  }
}
