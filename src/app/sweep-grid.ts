import { resolutionsOf } from '../checkpoint/architecture/architecture.js';
import { type Checkpoint, requireRendered } from '../checkpoint/checkpoint.js';
import type { CheckpointFile } from '../checkpoint/checkpoint-file.js';
import { modelLabel } from '../checkpoint/names.js';
import { StyleganBlendError, UsageError } from '../errors.js';
import { alphaCurves } from '../explore/alpha-curves.js';
import { blendCandidate, modelCandidate } from '../explore/candidate.js';
import { type GridBlend, layOut, type Stop, type SweepGrid } from '../explore/grid.js';
import type { Models } from '../swap/blend.js';
import { modelsOf } from '../swap/recipe/recipe.js';
import type { BlendJob } from './blending/job.js';
import { openBlendModels } from './blending/open-models.js';
import type { Change, OpenRecipe } from './blending/source.js';

/** One side of a sweep. */
export interface SweepAxis {
  /** `seed`, or a part of the recipe, by its whole name. */
  readonly part: string;
  /** As they would stand in the recipe; seeds are numbers. */
  readonly values: readonly Change['value'][];
}

export interface SweepAxes {
  readonly columns: SweepAxis;
  readonly rows: SweepAxis;
  /** The face, where seeds do not vary. */
  readonly seed: number;
  /** Columns of the base and of the last model beside those of the blends. */
  readonly ends?: boolean;
  readonly signal?: AbortSignal;
}

export interface OpenGrid extends SweepGrid, AsyncDisposable {
  /** Files that are read. */
  readonly files: readonly string[];
}

interface SweepStop extends Stop {
  /** What it changes; nothing for a seed. */
  readonly change?: Change;
  /** A model as it is in place of a blend: the first or the last of the recipe. */
  readonly end?: 'first' | 'last';
}

/**
 * Plans a sweep of any one or two parts of a recipe or a pair: everything is checked, hashes that the recipe asks for
 * included.
 *
 * @throws UsageError `SWEEP_AXES`; as `OpenRecipe.job` and `openBlendModels`, with the values for which a recipe
 *   cannot be carried out; AbortedError
 */
export async function openGrid(recipe: OpenRecipe, axes: SweepAxes): Promise<OpenGrid> {
  const parts = [axes.columns.part, axes.rows.part] as const;
  if (parts[0] === parts[1]) {
    throw new UsageError('SWEEP_AXES', `rows and columns: expected two parameters, found ${parts[0]} twice`);
  }
  const [rows, between] = [stopsOf(axes.rows, parts[0]), stopsOf(axes.columns, parts[1])];
  const variants = new Variants(recipe, axes.signal);
  try {
    const columns = axes.ends === true ? await variants.withEnds(between) : between;
    const blends = new Map<SweepStop, Map<SweepStop, GridBlend>>();
    for (const row of rows) {
      const ofRow = new Map<SweepStop, GridBlend>();
      for (const column of columns) ofRow.set(column, await variants.blendOf(row, column));
      blends.set(row, ofRow);
    }
    const grid = layOut(rows, columns, axes.seed, (row, column) => blends.get(row)!.get(column)!);
    return { ...grid, files: variants.files, [Symbol.asyncDispose]: () => variants.close() };
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

  constructor(
    private readonly recipe: OpenRecipe,
    private readonly signal: AbortSignal | undefined,
  ) {}

  get files(): string[] {
    return [...this.shared.keys()];
  }

  /** The blend of a row and a column; equal ones are one. */
  async blendOf(row: SweepStop, column: SweepStop): Promise<GridBlend> {
    const changes = [row, column].flatMap(({ change }) => change ?? []);
    const key = JSON.stringify([column.end, changes]);
    const known = this.blends.get(key);
    if (known !== undefined) return known;
    const blend = await this.naming(changes, () => this.open(key, changes, column.end));
    this.blends.set(key, blend);
    return blend;
  }

  /** Stops with one for the base in front, and one for the last model behind. */
  async withEnds(stops: readonly SweepStop[]): Promise<SweepStop[]> {
    // Any of the blends will do: a pair is none before its swap is known.
    const change = stops[0]?.change;
    const { recipe } = await this.recipe.job(change === undefined ? [] : [change]);
    const models = modelsOf(recipe);
    return [
      { label: models[0]!, change, end: 'first' },
      ...stops,
      { label: models.at(-1)!, change, end: 'last' },
    ];
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.shared.values());
    await Promise.all(opened.map((one) => (one.status === 'fulfilled' ? one.value.close() : undefined)));
  }

  private async open(key: string, changes: readonly Change[], end: SweepStop['end']): Promise<GridBlend> {
    const job = await this.recipe.job(changes);
    const { recipe } = job;
    const models = await this.modelsOf(job);
    if (end !== undefined)
      return endOf(key, models.get(modelsOf(recipe).at(end === 'first' ? 0 : -1)!)!, end);
    const candidate = await job.explain([], () => blendCandidate(models, recipe));
    const { series } = alphaCurves(recipe, resolutionsOf(requireRendered(candidate.checkpoint)));
    const whole = series.filter(({ model, isPart }) => model > 0 && !isPart);
    return { key, candidate: () => candidate, curves: whole };
  }

  private async modelsOf(job: BlendJob): Promise<Models> {
    const { recipe, networks } = job;
    const sources = Object.entries(recipe.models).map(([name, said]) => [name, said.model, said.recipe]);
    const key = JSON.stringify([sources, recipe.base, recipe.common, networks]);
    const known = this.models.get(key);
    if (known !== undefined) return known;
    const options = { checkHashes: true, signal: this.signal, shared: this.shared };
    const [opened] = (await openBlendModels({ ...job, container: undefined }, options)).networks.values();
    this.models.set(key, opened!);
    return opened!;
  }

  /** Says of what goes wrong for which values. */
  private async naming<T>(changes: readonly Change[], action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (cause) {
      if (!(cause instanceof StyleganBlendError) || changes.length === 0 || cause.code === 'ABORTED')
        throw cause;
      const { code, message, hint } = cause;
      const values = changes.map(({ part, value }) => `${part} ${value}`).join(', ');
      throw new UsageError(code, `${this.recipe.name}, ${values}: ${message}`, { cause, hint });
    }
  }
}

/** A model as it is: α of the last model is 0 or 1 everywhere. */
function endOf(key: string, checkpoint: Checkpoint, end: 'first' | 'last'): GridBlend {
  const share = end === 'first' ? 0 : 1;
  const values = resolutionsOf(requireRendered(checkpoint)).map(() => share);
  return { key, candidate: () => modelCandidate(checkpoint), curves: [{ model: 1, values }] };
}

/** @param other the part of the other axis */
function stopsOf({ part, values }: SweepAxis, other: string): SweepStop[] {
  return values.map((value): SweepStop => {
    if (part === 'seed') return { label: `seed ${value}`, seed: Number(value) };
    const change = { part, value };
    if (part === 'base' || part === 'transfer') return { label: modelLabel(`${value}`), change };
    return {
      label: `${shortName(part, other)} ${part.endsWith('.model') ? modelLabel(`${value}`) : value}`,
      change,
    };
  });
}

/** `amount` of `pixelart.amount`, or `pixelart` where the other side is an amount too: labels have little room. */
function shortName(part: string, other: string): string {
  const key = (name: string) => name.split('.').at(-1)!;
  return part.includes('.') && key(part) === key(other) ? part.slice(0, part.lastIndexOf('.')) : key(part);
}
