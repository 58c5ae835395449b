import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { WrittenDType } from '../checkpoint/dtype.js';
import { modelLabel, openModel, resolveModel } from '../checkpoint/names.js';
import { openCheckpoint } from '../checkpoint/open.js';
import { writeCheckpoint } from '../checkpoint/write.js';
import { InputFileError } from '../errors.js';
import { blendModels } from '../swap/blend.js';
import { parseRecipe } from '../swap/parse-recipe.js';
import {
  RECIPE_KEY,
  type RecordedInput,
  type RecordedRecipe,
  readRecorded,
} from '../swap/recipe-metadata.js';
import { byteProgress } from './byte-progress.js';
import { compareFiles, type FileComparison } from './compare-files.js';
import type { CommonOptions } from './options.js';
import type { Context, Outcome } from './outcome.js';
import { checkOutput } from './outputs.js';

interface ReplayOptions extends CommonOptions {
  readonly model?: ReadonlyMap<string, string>;
  readonly out?: string;
}

/** `blend replay FILE`: proves that a blend is what its recipe says. */
export async function replayCommand(
  path: string,
  options: ReplayOptions,
  context: Context,
): Promise<Outcome> {
  const original = await openCheckpoint(path);
  const folder = options.out === undefined ? await mkdtemp(join(tmpdir(), 'stylegan-blend-')) : undefined;
  const inputs = new Inputs(path, options.model ?? new Map());
  try {
    const recorded = requireRecipe(path, original);
    const out = options.out ?? join(folder!, 'replay.safetensors');
    const blend = await inputs.blendOf(recorded);
    await checkOutput(out, { force: options.force, inputs: [path, ...inputs.files] });
    await write(out, blend, original, options, context);
    const comparison = await compareFiles(path, out, context);
    requireSame(path, comparison);
    const text = comparison.sameFile ? 'the same file, byte for byte' : 'the same tensors, bit for bit';
    return {
      document: { file: path, inputs: inputs.found, ...comparison, ...(options.out && { output: out }) },
      lines: [`${path}: ${text} (${comparison.tensors} tensors)`],
    };
  } finally {
    await original.close();
    await inputs.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

function requireRecipe(path: string, { metadata, origin }: Checkpoint): RecordedRecipe {
  const recorded = parseRecipe(metadata);
  if (recorded !== undefined) return recorded;
  const isThere = Object.hasOwn(metadata, RECIPE_KEY);
  throw new InputFileError(
    'RECIPE_MISSING',
    `${path}: expected a blend with its recipe, found ${isThere ? 'a recipe that is not understood' : 'none'}`,
    {
      hint:
        origin.format === 'safetensors'
          ? 'blends that this program wrote as .safetensors carry their recipe'
          : 'only .safetensors carry recipes; keep a recipe file beside a .pkl or .pt',
    },
  );
}

/** In the types of the original, and with its very record: that the inputs are those has been checked. */
async function write(
  out: string,
  blend: Checkpoint,
  { tensors, metadata }: Checkpoint,
  { force }: ReplayOptions,
  { signal, terminal }: Context,
): Promise<void> {
  const [first] = tensors.values();
  const progress = byteProgress(terminal, 'blending');
  try {
    await writeCheckpoint(out, blend, {
      dtype: first!.dtype as WrittenDType,
      metadata: { [RECIPE_KEY]: metadata[RECIPE_KEY]! },
      force,
      signal,
      onProgress: progress.onProgress,
    });
  } finally {
    await progress.finish();
  }
}

function requireSame(path: string, { sameFile, different, tensors }: FileComparison): void {
  if (sameFile || different.length === 0) return;
  const more = different.length > 1 ? ` and ${different.length - 1} more` : '';
  throw new InputFileError(
    'REPLAY_DIFFERS',
    `${path}: expected what its recipe makes, found other values in ${different.length} of ${tensors} tensors: ${different[0]}${more}`,
    { hint: 'the file has been changed, or another version of the program has written it' },
  );
}

/** The models of a recorded recipe, found again. */
class Inputs {
  /** Files by the names that the recipe has for them. */
  readonly found: Record<string, string> = {};
  readonly files: string[] = [];
  private readonly path: string;
  private readonly given: ReadonlyMap<string, string>;
  private readonly opened: Checkpoint[] = [];

  constructor(path: string, given: ReadonlyMap<string, string>) {
    this.path = path;
    this.given = given;
  }

  async blendOf(recorded: RecordedRecipe): Promise<Checkpoint> {
    const { recipe, models } = readRecorded(recorded);
    const checkpoints = new Map<string, Checkpoint>();
    for (const [name, input] of Object.entries(models)) checkpoints.set(name, await this.open(name, input));
    return blendModels(checkpoints, recipe);
  }

  async close(): Promise<void> {
    await Promise.all(this.opened.map((checkpoint) => checkpoint.close()));
  }

  /** @throws InputFileError `MODEL_MISSING`, `MODEL_HASH` */
  private async open(name: string, input: RecordedInput): Promise<Checkpoint> {
    // A model that was blended in memory has no file; it is made again from its own.
    if (input.sha256 === '' && input.recipe !== undefined) return this.blendOf(input.recipe);
    const wrong: string[] = [];
    for (const path of this.candidates(name, input)) {
      const checkpoint = await openModel(path, { network: input.network });
      this.opened.push(checkpoint);
      if ((await checkpoint.sha256()) !== input.sha256) {
        wrong.push(path);
        continue;
      }
      this.found[name] = checkpoint.origin.path;
      this.files.push(checkpoint.origin.path);
      return checkpoint;
    }
    const what = `${this.path}: ${name}: expected ${input.path} with SHA-256 ${input.sha256}`;
    const hint = `say where it is: --model ${name}=FILE`;
    if (wrong.length === 0)
      throw new InputFileError('MODEL_MISSING', `${what}, found no file of that name`, { hint });
    throw new InputFileError('MODEL_HASH', `${what}, found other content in ${wrong.join(' and ')}`, {
      hint,
    });
  }

  /** Where a model may be: where the user says, beside the blend, here, or known by its name. */
  private candidates(name: string, { path }: RecordedInput): string[] {
    const label = modelLabel(path);
    const given = [name, path, label].map((key) => this.given.get(key)).find((file) => file !== undefined);
    if (given !== undefined) return [given];
    const file = basename(path);
    const near = [join(dirname(this.path), file), join('.', file)].filter((place) => existsSync(place));
    return [
      ...new Set([...near.map((place) => (dirname(place) === '.' ? `./${place}` : place)), ...known(label)]),
    ];
  }
}

/** The name of a generator, where it is one. */
function known(label: string): string[] {
  try {
    return [resolveModel(label).path];
  } catch {
    return [];
  }
}
