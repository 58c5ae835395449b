import { dirname } from 'node:path';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { WrittenDType } from '../checkpoint/dtype.js';
import { openModel } from '../checkpoint/names.js';
import { writeCheckpoint } from '../checkpoint/write.js';
import { InputFileError, throwIfAborted, UsageError } from '../errors.js';
import { blendModels, pairOf } from '../swap/blend.js';
import { type BlendRecipe, completeRecipe } from '../swap/recipe.js';
import { recipeOfFile } from '../swap/recipe-file/document.js';
import { type RecipeFile, recipeFileSchema } from '../swap/recipe-file/schema.js';
import { blendMetadata } from '../swap/recipe-metadata.js';
import { type Recipe, recipeOfPair } from '../swap/recipe-model.js';
import { MAX_NESTING, modelPath, readRecipeFile } from './recipe-files.js';

/** Two generators, by name or path, and where they are blended. */
export interface PairToBlend extends Partial<BlendRecipe> {
  readonly base: string;
  readonly transfer: string;
  readonly swap: number;
}

export interface BlendOptions {
  /** Where to write the blend, as safetensors with its recipe and the hashes of its inputs. Not written unless given. */
  readonly out?: string | undefined;
  /** How numbers are stored; f32 unless given. */
  readonly dtype?: WrittenDType | undefined;
  /** Replace a file that exists. */
  readonly force?: boolean | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Blends generators: of a pair, of a recipe as an object (docs/recipes.md), or of the path of a recipe file. The blend's
 * tensors are computed when they are read; closing it closes what it is made of. Paths in a recipe start from the
 * folder of its file, those in an object from the current one.
 *
 * @throws InputFileError and UsageError as `openModel`, `blendModels`, and for what is wrong in a recipe;
 *   OutputError as `writeCheckpoint`; AbortedError
 */
export async function blend(
  source: PairToBlend | RecipeFile | string,
  options: BlendOptions = {},
): Promise<Checkpoint> {
  const { signal } = options;
  const { models, recipe } = await openSource(source, signal, 0);
  try {
    const blended = blendModels(models, recipe);
    throwIfAborted(signal);
    if (options.out !== undefined) {
      await writeCheckpoint(options.out, blended, {
        ...options,
        metadata: await blendMetadata(recipe, models),
      });
    }
    return blended;
  } catch (error) {
    await closeAll(models.values());
    throw error;
  }
}

interface Opened {
  readonly models: ReadonlyMap<string, Checkpoint>;
  readonly recipe: Recipe;
}

async function openSource(
  source: PairToBlend | RecipeFile | string,
  signal: AbortSignal | undefined,
  depth: number,
): Promise<Opened> {
  throwIfAborted(signal);
  if (typeof source === 'object' && 'transfer' in source) return openPair(source);
  const [file, folder] =
    typeof source === 'string'
      ? [(await readRecipeFile(source)).file, dirname(source)]
      : [checked(source), '.'];
  if (depth > MAX_NESTING) {
    throw new InputFileError(
      'RECIPE_CYCLE',
      `${source}: expected at most ${MAX_NESTING} recipes in each other`,
    );
  }
  const { recipe, models: written } = recipeOfFile(file);
  const models = new Map<string, Checkpoint>();
  try {
    for (const [name, { model, isRecipe, sha256 }] of written) {
      const path = modelPath(model, folder);
      const inner = isRecipe ? await openSource(path, signal, depth + 1) : undefined;
      const opened = inner === undefined ? await openModel(path) : blendModels(inner.models, inner.recipe);
      models.set(name, opened);
      if (sha256 !== undefined && (await opened.sha256()) !== sha256.toLowerCase()) {
        throw new InputFileError(
          'MODEL_HASH',
          `models.${name}: ${path} is not the file whose SHA-256 is ${sha256}`,
        );
      }
    }
    return { models, recipe };
  } catch (error) {
    await closeAll(models.values());
    throw error;
  }
}

async function openPair({ base, transfer, ...parts }: PairToBlend): Promise<Opened> {
  const ofBase = await openModel(base);
  try {
    return { models: pairOf(ofBase, await openModel(transfer)), recipe: recipeOfPair(completeRecipe(parts)) };
  } catch (error) {
    await ofBase.close();
    throw error;
  }
}

function checked(source: RecipeFile): RecipeFile {
  const { success, data, error } = recipeFileSchema.safeParse(source);
  if (success) return data;
  const [issue] = error.issues;
  throw new UsageError('RECIPE_MALFORMED', `recipe: ${issue!.path.join('.')}: ${issue!.message}`);
}

async function closeAll(models: Iterable<Checkpoint>): Promise<void> {
  await Promise.all([...models].map((model) => model.close()));
}
