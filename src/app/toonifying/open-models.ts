import { modelLabel, openModel } from '../../checkpoint/names.js';
import { optionMissing, optionsExclusive } from '../../errors.js';
import { definedOf } from '../../json/defined.js';
import { blendModels, type Models } from '../../swap/blend.js';
import { requireSameShape } from '../../swap/compare.js';
import { type Pair, recipeOfPair } from '../../swap/recipe/pair.js';
import { parseRecipe } from '../../swap/recipe/parse-recorded.js';
import { othersOf } from '../../swap/recipe/recipe.js';
import { RECIPE_KEY } from '../../swap/recipe/recipe-keys.js';
import { blendMetadata } from '../../swap/recipe/record.js';
import type { RecordedRecipe } from '../../swap/recipe/recorded.js';
import type { Recipe } from '../../swap/recipe/schema.js';
import type { Settings } from '../../toonify/batch/record.js';
import type { RecordedBlend } from '../../toonify/batch/record-schema.js';
import type { ToonModels } from '../../toonify/models.js';
import { openBlendModels } from '../blending/open-models.js';
import { blendJob } from '../blending/open-recipe.js';
import { isPair } from '../blending/pair-source.js';
import type { BlendSource } from '../blending/source.js';

/** A finished blend, and the base in which pictures are found; by name or path. */
export interface FinishedBlend {
  readonly base: string;
  readonly blend: string;
}

/** What pictures are sent through: what can be blended, or a finished blend. */
export type ToonSource = BlendSource | FinishedBlend;

/** What a toon is made with unless models are given. At swap 8 the heads change and the eyes stay. */
export const BUNDLED_PAIR: Pair = { base: 'toonhead', transfer: 'pixelart', swap: 8 };

/** The generators of a run, open. */
export interface OpenToonModels extends ToonModels, AsyncDisposable {
  /** For people: `toonhead + pixelart, swap 8`. */
  readonly description: string;
  /** What determines the weights, for comparing runs. */
  readonly identity: Pick<Settings, 'base' | 'model' | 'blend'>;
  /** Paths of the models by their names; of a finished blend `base` and `model`. They must not be written to. */
  readonly names: Readonly<Record<string, string>>;
  /** Something odd about the choice, to be said before the work starts. */
  readonly warning?: string;
}

/** Opens what is blended and blends it in memory, or opens a finished blend. @throws as `openRecipe`, `openModel` */
export async function openToonModels(source: ToonSource, signal?: AbortSignal): Promise<OpenToonModels> {
  return isFinished(source) ? openFinished(source) : openBlended(source, signal);
}

function isFinished(source: ToonSource): source is FinishedBlend {
  return typeof source === 'object' && 'blend' in source;
}

async function openBlended(source: BlendSource, signal: AbortSignal | undefined): Promise<OpenToonModels> {
  // Of a pair the names of its files are no part of what a result depends on.
  const plain = typeof source === 'object' && isPair(source) ? recipeOfPair(requirePair(source)) : source;
  const job = { ...(await blendJob(plain)), container: undefined };
  const opened = await openBlendModels(job, { checkHashes: true, signal });
  try {
    const [models] = opened.networks.values();
    const toon = await job.explain([], () => blended(models!, job.recipe));
    const { recipe: text } = await blendMetadata(job.recipe, models!, { signal });
    const identity = {
      base: await toon.base.sha256(),
      blend: withoutNames(parseRecipe({ [RECIPE_KEY]: text })!),
    };
    const names = Object.fromEntries([...models!].map(([name, { origin }]) => [name, origin.path]));
    const description = describeBlend(job.recipe, names);
    return { ...toon, description, identity, names, [Symbol.asyncDispose]: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** The generators of a blend of open models. */
export function blended(models: Models, recipe: Recipe): ToonModels {
  const base = models.get(recipe.base)!;
  const keep = { close: async () => {} };
  return {
    base,
    blend: blendModels(models, recipe, keep),
    blendOf: (other) => blendModels(new Map([...models, [recipe.base, other]]), recipe, keep),
  };
}

async function openFinished({ base: ofBase, blend: ofBlend }: FinishedBlend): Promise<OpenToonModels> {
  const base = await openModel(ofBase);
  try {
    const blend = await openModel(ofBlend);
    try {
      requireSameShape(base, blend);
      const [baseHash, blendHash] = await Promise.all([base.sha256(), blend.sha256()]);
      const recorded = parseRecipe(blend.metadata);
      const recordedBase = recorded?.models[recorded.base];
      const isOther = recordedBase !== undefined && !['', baseHash].includes(recordedBase.sha256);
      return {
        base,
        blend,
        description: `${modelLabel(ofBlend)}, found in ${modelLabel(base.origin.path)}`,
        identity: { base: baseHash, model: blendHash },
        names: { base: base.origin.path, model: blend.origin.path },
        warning: isOther
          ? `${ofBlend} was blended from another base (${recordedBase.model}); a w of ${base.origin.path} may mean another face in it`
          : undefined,
        async [Symbol.asyncDispose]() {
          await Promise.all([base.close(), blend.close()]);
        },
      };
    } catch (error) {
      await blend.close();
      throw error;
    }
  } catch (error) {
    await base.close();
    throw error;
  }
}

/** Names of files may change while the weights stay. */
function withoutNames({ models, version: _, ...recipe }: RecordedRecipe): RecordedBlend {
  const plain = Object.entries(models).map(([name, { sha256, alpha, blended: of }]) => [
    name,
    definedOf({ sha256, alpha, blended: of && withoutNames(of) }),
  ]);
  return { ...recipe, models: Object.fromEntries(plain) };
}

/** `toonhead + pixelart, swap 8`. */
function describeBlend(recipe: Recipe, names: Readonly<Record<string, string>>): string {
  const others = othersOf(recipe);
  const labels = [recipe.base, ...others].map((name) => modelLabel(names[name]!));
  const { cut, models, method } = recipe;
  const alpha = models[others[0] ?? '']?.alpha;
  const extra: string[] = [];
  if (cut !== undefined) extra.push(`cut of ${cut.tool} at ${cut.resolution}`);
  else if (others.length === 1 && typeof alpha === 'object' && 'swap' in alpha) {
    extra.push(`swap ${alpha.swap}`);
    if (alpha.ramp !== undefined) extra.push(`ramp ${alpha.ramp}`);
    if (alpha.side === 'high') extra.push('structure of the base');
    if (alpha.amount !== undefined) extra.push(`amount ${alpha.amount}`);
  }
  if (typeof method === 'string' && method !== 'linear') extra.push(method);
  return [labels.join(' + '), ...extra].join(', ');
}

/** The parts of a source that were left out, asked for together. @throws UsageError `OPTION_MISSING` */
function requirePair(pair: Partial<Pair>): Pair {
  const hint = 'give `base`, `transfer` and `swap` together, or none of them for the bundled pair';
  if (pair.base === undefined) throw optionMissing('base', hint);
  if (pair.transfer === undefined) throw optionMissing('transfer', hint);
  return pair as Pair;
}

/**
 * What options say pictures are sent through: either nothing, for the bundled pair, or a pair, or a base and a blend.
 * @throws UsageError `OPTION_MISSING`, `OPTIONS_EXCLUSIVE`
 */
export function toonSource(said: Partial<Pair> & { readonly blend?: string }): ToonSource {
  const { base, blend, ...rest } = said;
  const others = Object.entries(rest).filter(([, value]) => value !== undefined);
  if (blend !== undefined) {
    const [other] = others;
    const hint = 'give a finished blend with `blend` and `base`, or `base`, `transfer` and `swap`';
    if (other !== undefined) throw optionsExclusive('blend', other[0], hint);
    if (base !== undefined) return { base, blend };
    throw optionMissing('base', 'a blend needs the base that it was made from, in which pictures are found');
  }
  if (base === undefined && others.length === 0) return BUNDLED_PAIR;
  return requirePair({ base, ...rest });
}
