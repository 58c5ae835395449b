import { resolutionsOf } from '../checkpoint/architecture/architecture.js';
import { requireRendered } from '../checkpoint/checkpoint.js';
import type { CheckpointFile } from '../checkpoint/checkpoint-file.js';
import { modelLabel } from '../checkpoint/names.js';
import { StyleganBlendError, UsageError } from '../errors.js';
import { alphaCurves } from '../explore/alpha-curves.js';
import { blendCandidate } from '../explore/candidate.js';
import { type GridBlend, layOut, type Stop, type SweepGrid } from '../explore/grid.js';
import type { Models } from '../swap/blend.js';
import type { RecipeFile } from '../swap/recipe/file-schema.js';
import { type PartValue, partOf, withPart } from '../swap/recipe/vary.js';
import type { BlendJob } from './blending/blend-job.js';
import { openBlendModels } from './blending/blend-models.js';
import { openRecipe } from './blending/recipe-job.js';

/** One side of a sweep of a recipe. */
export interface RecipeAxis {
  /** `seed`, or a part of the recipe as {@link partOf} understands it: `pixelart.swap`, `swap`, `method`. */
  readonly part: string;
  /** As they would stand in the recipe; seeds are numbers. */
  readonly values: readonly PartValue[];
}

export interface RecipeSweep {
  readonly columns: RecipeAxis;
  readonly rows: RecipeAxis;
  /** The face, where seeds do not vary. */
  readonly seed: number;
  readonly signal?: AbortSignal;
}

export interface OpenGrid extends SweepGrid {
  /** Files that are read. */
  readonly files: readonly string[];
  close(): Promise<void>;
}

interface RecipeStop extends Stop {
  /** The part with its value; nothing for a seed. */
  readonly says?: string;
  readonly change: (file: RecipeFile) => RecipeFile;
}

/**
 * Plans a sweep of any one or two parts of a recipe: everything is checked, hashes that the recipe asks for included.
 *
 * @param source a recipe, or the path of one
 * @throws UsageError `SWEEP_AXES`, `RECIPE_PART`; as `openRecipe` and `openBlendModels`, with the values for which a
 *   recipe cannot be carried out; AbortedError
 */
export async function recipeGrid(source: string | RecipeFile, sweep: RecipeSweep): Promise<OpenGrid> {
  const { name, file, job } = await openRecipe(source);
  const parts = [sweep.columns, sweep.rows].map(({ part }) => wholePart(file, part));
  const [columns, rows] = [stopsOf(sweep.columns, parts), stopsOf(sweep.rows, parts.toReversed())];
  if (parts[0] === parts[1]) {
    throw new UsageError('SWEEP_AXES', `rows and columns: expected two parameters, found ${parts[0]} twice`);
  }
  const variants = new Variants(job, sweep.signal);
  try {
    const blends = new Map<RecipeStop, Map<RecipeStop, GridBlend>>();
    for (const row of rows) {
      const ofRow = new Map<RecipeStop, GridBlend>();
      for (const column of columns) {
        const values = [row, column].flatMap(({ says }) => says ?? []);
        const changed = values.length === 0 ? undefined : column.change(row.change(file));
        ofRow.set(column, await naming(name, values, () => variants.blendOf(values.join(), changed)));
      }
      blends.set(row, ofRow);
    }
    const grid = layOut(rows, columns, sweep.seed, (row, column) => blends.get(row)!.get(column)!);
    return { ...grid, files: variants.files, close: () => variants.close() };
  } catch (error) {
    await variants.close();
    throw error;
  }
}

/** The recipes that have become of one, with their models: those that have the same files share them. */
class Variants {
  private readonly shared = new Map<string, Promise<CheckpointFile>>();
  private readonly models = new Map<string, Models>();
  private readonly blends = new Map<string, GridBlend>();
  private readonly job: (changed?: RecipeFile) => Promise<BlendJob>;
  private readonly signal: AbortSignal | undefined;

  constructor(job: (changed?: RecipeFile) => Promise<BlendJob>, signal: AbortSignal | undefined) {
    this.job = job;
    this.signal = signal;
  }

  get files(): string[] {
    return [...this.shared.keys()];
  }

  async blendOf(key: string, changed: RecipeFile | undefined): Promise<GridBlend> {
    const known = this.blends.get(key);
    if (known !== undefined) return known;
    const job = await this.job(changed);
    const { recipe } = job;
    const models = await this.modelsOf(job);
    const candidate = await job.explain([], () => blendCandidate(models, recipe));
    const { series } = alphaCurves(recipe, resolutionsOf(requireRendered(candidate.checkpoint)));
    const whole = series.filter(({ model, isPart }) => model > 0 && !isPart);
    const blend = { key, candidate: () => candidate, curves: whole };
    this.blends.set(key, blend);
    return blend;
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.shared.values());
    await Promise.all(opened.map((one) => (one.status === 'fulfilled' ? one.value.close() : undefined)));
  }

  private async modelsOf(job: BlendJob): Promise<Models> {
    const { models, recipe, networks } = job;
    const sources = [...models].map(([name, { written }]) => [name, written]);
    const key = JSON.stringify([sources, recipe.base, recipe.common, networks]);
    const known = this.models.get(key);
    if (known !== undefined) return known;
    const options = { checkHashes: true, signal: this.signal, shared: this.shared };
    const [opened] = (await openBlendModels({ ...job, container: undefined }, options)).networks.values();
    this.models.set(key, opened!);
    return opened!;
  }
}

function wholePart(file: RecipeFile, part: string): string {
  return part === 'seed' ? part : partOf(file, part);
}

/** @param parts the part of this axis, and that of the other one */
function stopsOf({ values }: RecipeAxis, [part, other]: readonly string[]): RecipeStop[] {
  return values.map((value): RecipeStop => {
    if (part === 'seed') return { label: `seed ${value}`, seed: Number(value), change: (of) => of };
    const label = `${shortName(part!, other!)} ${part!.endsWith('.model') ? modelLabel(`${value}`) : value}`;
    return { label, says: `${part} ${value}`, change: (of) => withPart(of, part!, value) };
  });
}

/** `amount` of `pixelart.amount`, or `pixelart` where the other side is an amount too: labels have little room. */
function shortName(part: string, other: string): string {
  const key = (name: string) => name.split('.').at(-1)!;
  return part.includes('.') && key(part) === key(other) ? part.slice(0, part.lastIndexOf('.')) : key(part);
}

/** Says of what goes wrong for which values. */
async function naming<T>(recipe: string, values: readonly string[], action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (!(cause instanceof StyleganBlendError) || values.length === 0 || cause.code === 'ABORTED')
      throw cause;
    const { code, message, hint } = cause;
    const options = hint === undefined ? { cause } : { cause, hint };
    throw new UsageError(code, `${recipe}, ${values.join(', ')}: ${message}`, options);
  }
}
