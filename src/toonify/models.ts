import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { modelLabel, openModel } from '../checkpoint/names.js';
import { missing, type RecipeChoice } from '../cli/options/options.js';
import { UsageError } from '../errors.js';
import { blendCheckpoints } from '../swap/blend.js';
import { requireSameShape } from '../swap/compare.js';
import { parseRecipe } from '../swap/recipe/parse-recipe.js';
import { completeRecipe } from '../swap/recipe/recipe.js';
import { readRecorded } from '../swap/recipe/recipe-metadata.js';

export interface ModelOptions extends RecipeChoice {
  readonly base?: string;
  readonly transfer?: string;
  readonly swap?: number;
  readonly model?: string;
}

/** What the models of a run were called: a base and a transfer model, or a base and a blend. */
export interface ModelNames {
  readonly base: string;
  readonly transfer?: string;
  readonly model?: string;
}

/** The generators of a run. */
export interface Models {
  readonly base: Checkpoint;
  /** The same architecture as the base, so that a w of the base is a w of it. */
  readonly blend: Checkpoint;
  /** The same blend of another generator in the base's place; none of a finished blend. */
  readonly blendOf?: (base: Checkpoint) => Checkpoint;
  /** For people: `toonhead + pixelart, swap 8`. */
  readonly description: string;
  /** What determines the weights, for comparing runs. */
  readonly identity: Readonly<Record<string, unknown>>;
  readonly names: ModelNames;
  /** Files that must not be written to. */
  readonly files: readonly string[];
  /** Something odd about the choice, to be said before the work starts. */
  readonly warning?: string;
  close(): Promise<void>;
}

/** What a toon is made with unless models are given. At swap 8 the heads change and the eyes stay. */
const BUNDLED_PAIR = { base: 'toonhead', transfer: 'pixelart', swap: 8 } as const;

/** Opens the base and blends it in memory, or opens a finished blend. */
export async function openModels(options: ModelOptions): Promise<Models> {
  const { base, transfer, swap, model } = requireConsistent(options);
  const ofBase = await openModel(base);
  let other: Checkpoint | undefined;
  try {
    other = await openModel(model ?? transfer!);
    return model === undefined
      ? await inMemory(options, { base, transfer: transfer!, swap: swap! }, ofBase, other)
      : await finished({ base, model }, ofBase, other);
  } catch (error) {
    await ofBase.close();
    await other?.close();
    throw error;
  }
}

async function inMemory(
  { ramp, structure }: ModelOptions,
  { base, transfer, swap }: { base: string; transfer: string; swap: number },
  ofBase: Checkpoint,
  ofTransfer: Checkpoint,
): Promise<Models> {
  const recipe = completeRecipe({ swap, structure, ...(ramp === undefined ? {} : { ramp }) });
  const blend = blendCheckpoints(ofBase, ofTransfer, recipe);
  const [baseHash, transferHash] = await Promise.all([ofBase.sha256(), ofTransfer.sha256()]);
  const extra = [
    ...(ramp === undefined ? [] : [`ramp ${ramp}`]),
    ...(structure === 'base' ? ['structure of the base'] : []),
  ];
  return {
    base: ofBase,
    blend,
    blendOf: (other) => blendCheckpoints(other, ofTransfer, recipe),
    description: [`${modelLabel(base)} + ${modelLabel(transfer)}, swap ${swap}`, ...extra].join(', '),
    identity: { base: baseHash, transfer: transferHash, recipe },
    names: { base, transfer },
    files: [ofBase.origin.path, ofTransfer.origin.path],
    close: () => blend.close(),
  };
}

async function finished(
  names: ModelNames & { readonly model: string },
  base: Checkpoint,
  blend: Checkpoint,
): Promise<Models> {
  const { model } = names;
  requireSameShape(base, blend);
  const [baseHash, modelHash] = await Promise.all([base.sha256(), blend.sha256()]);
  const recorded = parseRecipe(blend.metadata);
  const { recipe, models } = recorded === undefined ? {} : readRecorded(recorded);
  const recordedBase = recipe && models?.[recipe.base];
  const isOther =
    recordedBase !== undefined && recordedBase.sha256 !== '' && recordedBase.sha256 !== baseHash;
  return {
    base,
    blend,
    description: `${modelLabel(model)}, found in ${modelLabel(base.origin.path)}`,
    identity: { base: baseHash, model: modelHash },
    names,
    files: [base.origin.path, blend.origin.path],
    warning: isOther
      ? `${model} was blended from another base (${recordedBase.path}); a w of ${base.origin.path} may mean another face in it`
      : undefined,
    close: async () => {
      await Promise.all([base.close(), blend.close()]);
    },
  };
}

/** Either nothing, or base + transfer + swap, or base + model. */
function requireConsistent(options: ModelOptions): ModelOptions & { base: string } {
  const { base, transfer, swap, model } = options;
  if (model !== undefined) {
    const other = transfer !== undefined ? '--transfer' : swap !== undefined ? '--swap' : undefined;
    if (other !== undefined) {
      throw new UsageError('OPTIONS_EXCLUSIVE', `--model and ${other}: expected one of them, found both`, {
        hint: 'give a finished blend with --model and --base, or --base, --transfer and --swap',
      });
    }
    if (base === undefined) {
      throw missing('--base', 'a blend needs the base that it was made from, in which pictures are found');
    }
    return { ...options, base };
  }
  if (base === undefined && transfer === undefined && swap === undefined)
    return { ...options, ...BUNDLED_PAIR };
  const hint = 'give --base, --transfer and --swap together, or none of them for the bundled pair';
  if (base === undefined) throw missing('--base', hint);
  if (transfer === undefined) throw missing('--transfer', hint);
  if (swap === undefined) throw missing('--swap', hint);
  return { ...options, base };
}

/** Whether the bundled pair is meant. */
export function isBundledPair({ base, transfer, swap, model }: ModelOptions): boolean {
  return base === undefined && transfer === undefined && swap === undefined && model === undefined;
}
