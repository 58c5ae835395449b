import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { throwIfAborted } from '../errors.js';
import { requireOther } from '../files/file-identity.js';
import { blendModels } from '../swap/blend.js';
import type { RecipeFile } from '../swap/recipe/file-schema.js';
import { type BlendRecipe, completeRecipe } from '../swap/recipe/recipe.js';
import { PAIR_NAMES, recipeOfPair } from '../swap/recipe/recipe-model.js';
import type { BlendJob, ModelSource, OutputChoice } from './blending/blend-job.js';
import { openBlendModels } from './blending/blend-models.js';
import { jobOfDocument, jobOfFile } from './blending/recipe-job.js';
import { prepareBlend, type WriteBlendOptions, writeBlend } from './blending/write-blend.js';

/** Two generators, by name or path, and where they are blended. */
export interface PairToBlend extends Partial<BlendRecipe> {
  readonly base: string;
  readonly transfer: string;
  readonly swap: number;
}

export interface BlendOptions extends OutputChoice, WriteBlendOptions {
  /**
   * Where to write the blend with its recipe and the hashes of its inputs; the extension decides the form, as in
   * docs/formats.md. Not written unless given.
   */
  readonly out?: string;
}

/**
 * Blends generators: of a pair, of a recipe as an object (docs/recipes.md), or of the path of a recipe file. The blend's
 * tensors are computed when they are read; closing it closes what it is made of. Paths in a recipe start from the
 * folder of its file, those in an object from the current one. Of several `networks` the first is returned.
 *
 * @throws InputFileError and UsageError as `openModel`, `blendModels`, and for what is wrong in a recipe, with its line;
 *   as `outputForm` and the writers; OutputError; AbortedError
 */
export async function blend(
  source: PairToBlend | RecipeFile | string,
  options: BlendOptions = {},
): Promise<Checkpoint> {
  const { signal, out, force, onProgress } = options;
  throwIfAborted(signal);
  const said = await jobOf(source);
  const { container, networks, lossy, dtype } = { ...said, ...definedOf(options) };
  const job = {
    ...said,
    container,
    networks,
    lossy,
    dtype,
    ...(out === undefined ? {} : { out, outAt: undefined }),
  };
  const opened = await openBlendModels(job, { checkHashes: true, signal });
  try {
    const [inputs] = opened.networks.values();
    const blended = await job.explain([], () => blendModels(inputs!, job.recipe, { close: opened.close }));
    throwIfAborted(signal);
    if (out !== undefined) {
      for (const { path } of opened.files) await requireOther(out, path);
      await writeBlend(await prepareBlend(job, opened), { force, signal, onProgress });
    }
    return blended;
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function jobOf(source: PairToBlend | RecipeFile | string): Promise<BlendJob> {
  if (typeof source === 'string') return jobOfFile(source);
  return 'transfer' in source ? jobOfPair(source) : jobOfDocument(source);
}

function jobOfPair({ base, transfer, ...parts }: PairToBlend): BlendJob {
  const source = (model: string): ModelSource => ({ written: { model, isRecipe: false }, model });
  return {
    recipe: recipeOfPair(completeRecipe(parts)),
    models: new Map([
      [PAIR_NAMES.base, source(base)],
      [PAIR_NAMES.transfer, source(transfer)],
    ]),
    out: '',
    explain: async (_, action) => action(),
  };
}

function definedOf({ container, networks, lossy, dtype }: OutputChoice): OutputChoice {
  const given = Object.entries({ container, networks, lossy, dtype });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}
