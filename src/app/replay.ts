import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { type CheckpointFile, openCheckpointFile } from '../checkpoint/checkpoint-file.js';
import { writeInPlace } from '../checkpoint/in-place/write-in-place.js';
import { compareFiles, type FileComparison } from '../checkpoint/inspect/compare-files.js';
import { modelLabel, resolveModel } from '../checkpoint/names.js';
import type { NetworkName } from '../checkpoint/readers/network-names.js';
import { writeRosinality } from '../checkpoint/writers/rosinality-write.js';
import { writeCheckpoint } from '../checkpoint/writers/write.js';
import { InputFileError, throwIfAborted, unlessAborted } from '../errors.js';
import { requireOther } from '../files/file-identity.js';
import type { WrittenDType } from '../formats/dtype.js';
import { blendModels } from '../swap/blend.js';
import { parseOutput, parseRecipe } from '../swap/recipe/parse-recipe.js';
import {
  OUTPUT_KEY,
  RECIPE_KEY,
  type RecordedInput,
  type RecordedRecipe,
  readRecorded,
} from '../swap/recipe/recipe-metadata.js';
import type { WriteBlendOptions } from './blending/write-blend.js';

export interface ReplayOptions extends WriteBlendOptions {
  /** Where inputs are, by name in the recipe, file name or label. */
  readonly models?: ReadonlyMap<string, string>;
  /** Where to keep what is made; a temporary file unless given. */
  readonly out?: string;
}

export interface Replay extends FileComparison {
  /** Files by the names that the recipe has for them. */
  readonly inputs: Readonly<Record<string, string>>;
}

/**
 * Makes a blend again from the recipe that it carries, and compares bit for bit. Inputs are looked for beside the file, in
 * the current folder and among known names, and have to have the recorded hashes.
 *
 * @throws InputFileError `RECIPE_MISSING`, `MODEL_MISSING`, `MODEL_HASH`, `REPLAY_DIFFERS`; AbortedError; and as
 *   `openCheckpointFile` and the writers
 */
export async function replay(path: string, options: ReplayOptions = {}): Promise<Replay> {
  throwIfAborted(options.signal);
  const original = await openCheckpointFile(path);
  const inputs = new Inputs(path, options);
  let folder: string | undefined;
  try {
    const { metadata } = await original.content();
    const recorded = requireRecipe(path, metadata);
    const remade = await remadeFrom(recorded, metadata, original, inputs);
    folder = options.out === undefined ? await mkdtemp(join(tmpdir(), 'stylegan-blend-')) : undefined;
    const out = options.out ?? join(folder!, 'replay');
    for (const input of [path, ...inputs.files]) await requireOther(out, input);
    await remade.write(out);
    const comparison = await compareFiles(path, out, { networks: remade.networks, signal: options.signal });
    requireSame(path, comparison);
    return { ...comparison, inputs: inputs.found };
  } finally {
    await original.close();
    await inputs.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

interface Remade {
  readonly networks?: readonly NetworkName[];
  write(out: string): Promise<void>;
}

/**
 * The blend, to be written as the original was, with its very record: that the inputs are those has been checked. Where
 * the original has been converted since, only its tensors can be compared.
 */
async function remadeFrom(
  recorded: RecordedRecipe,
  { [RECIPE_KEY]: recipe = '', [OUTPUT_KEY]: output }: Readonly<Record<string, string>>,
  original: CheckpointFile,
  inputs: Inputs,
): Promise<Remade> {
  const { options } = inputs;
  const metadata = { [RECIPE_KEY]: recipe, ...(output === undefined ? {} : { [OUTPUT_KEY]: output }) };
  const written = output === undefined ? undefined : parseOutput({ [OUTPUT_KEY]: output });
  const blend = await inputs.blendOf(recorded);
  if (written?.form === 'in-place' && written.kind === original.container) {
    const { networks, lossy } = written;
    const container = await inputs.file('container', written.container);
    const blends = new Map([[networks[0]!, blend]]);
    for (const name of networks.slice(1)) blends.set(name, await inputs.blendOf(recorded, name));
    return {
      networks,
      write: async (out) =>
        void (await writeInPlace(out, container, blends, { ...options, lossy, metadata })),
    };
  }
  const [first] = (await original.checkpoint()).tensors.values();
  const settings = { ...options, dtype: first!.dtype as WrittenDType, metadata };
  const isRosinality = written?.form === 'rosinality' && original.container === 'torch-zip';
  const write = isRosinality ? writeRosinality : writeCheckpoint;
  return { write: (out) => write(out, blend, { ...settings, lossy: true }) };
}

function requireRecipe(path: string, metadata: Readonly<Record<string, string>>): RecordedRecipe {
  const recorded = parseRecipe(metadata);
  if (recorded !== undefined) return recorded;
  const isThere = Object.hasOwn(metadata, RECIPE_KEY);
  throw new InputFileError(
    'RECIPE_MISSING',
    `${path}: expected a blend with its recipe, found ${isThere ? 'a recipe that is not understood' : 'none'}`,
    {
      hint: 'blends that this program wrote carry their recipe, until another program saves them again',
    },
  );
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

/** What is known of a file that is looked for. */
type Wanted = Pick<RecordedInput, 'path' | 'sha256'>;

/** The files of a recorded recipe, found again. */
class Inputs {
  /** Files by the names that the recipe has for them. */
  readonly found: Record<string, string> = {};
  readonly options: ReplayOptions;
  private readonly path: string;
  private readonly opened: CheckpointFile[] = [];

  constructor(path: string, options: ReplayOptions) {
    this.path = path;
    this.options = options;
  }

  get files(): string[] {
    return this.opened.map(({ path }) => path);
  }

  /** @param network in place of the recorded ones */
  async blendOf(recorded: RecordedRecipe, network?: NetworkName): Promise<Checkpoint> {
    const { recipe, models } = readRecorded(recorded);
    const checkpoints = new Map<string, Checkpoint>();
    for (const [name, input] of Object.entries(models)) {
      checkpoints.set(name, await this.checkpoint(name, input, network));
    }
    return blendModels(checkpoints, recipe);
  }

  async close(): Promise<void> {
    await Promise.all(this.opened.map((file) => file.close()));
  }

  private async checkpoint(
    name: string,
    input: RecordedInput,
    network: NetworkName | undefined,
  ): Promise<Checkpoint> {
    // A model that was blended in memory has no file; it is made again from its own.
    if (input.sha256 === '' && input.recipe !== undefined) return this.blendOf(input.recipe, network);
    return (await this.file(name, input)).checkpoint(network ?? input.network);
  }

  /** @throws InputFileError `MODEL_MISSING`, `MODEL_HASH` */
  async file(name: string, wanted: Wanted): Promise<CheckpointFile> {
    for (const file of this.opened) {
      // A container is most often the base too; hashes are computed once.
      if ((await file.sha256()) !== wanted.sha256) continue;
      this.found[name] = file.path;
      return file;
    }
    const wrong: string[] = [];
    for (const path of this.candidates(name, wanted)) {
      throwIfAborted(this.options.signal);
      const file = await openCheckpointFile(path);
      this.opened.push(file);
      if ((await unlessAborted(file.sha256(), this.options.signal)) === wanted.sha256) {
        this.found[name] = path;
        return file;
      }
      wrong.push(path);
    }
    const what = `${this.path}: ${name}: expected ${wanted.path} with SHA-256 ${wanted.sha256}`;
    const hint = `say where it is: --model ${name}=FILE`;
    if (wrong.length === 0)
      throw new InputFileError('MODEL_MISSING', `${what}, found no file of that name`, { hint });
    throw new InputFileError('MODEL_HASH', `${what}, found other content in ${wrong.join(' and ')}`, {
      hint,
    });
  }

  /** Where a model may be: where the user says, beside the blend, here, or known by its name. */
  private candidates(name: string, { path }: Wanted): string[] {
    const label = modelLabel(path);
    const given = [name, path, label]
      .map((key) => this.options.models?.get(key))
      .find((file) => file !== undefined);
    if (given !== undefined) return [resolveModel(given).path];
    const file = basename(path);
    const near = [join(dirname(this.path), file), `./${file}`].filter((place) => existsSync(place));
    return [...new Set([...near, ...known(label)])];
  }
}

/** The file of a generator's name, where it is one. */
function known(label: string): string[] {
  try {
    return [resolveModel(label).path];
  } catch {
    return [];
  }
}
