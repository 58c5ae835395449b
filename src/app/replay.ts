import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CheckpointFile, openCheckpointFile } from '../checkpoint/checkpoint-file.js';
import { writeInPlace } from '../checkpoint/in-place/write-in-place.js';
import { compareFiles, type FileComparison } from '../checkpoint/inspect/compare-files.js';
import type { NetworkName } from '../checkpoint/readers/network-names.js';
import { writeRosinality } from '../checkpoint/writers/rosinality-write.js';
import { writeCheckpoint } from '../checkpoint/writers/write.js';
import { InputFileError, throwIfAborted } from '../errors.js';
import { requireOther } from '../files/file-identity.js';
import { checkOutput } from '../files/outputs.js';
import type { WrittenDType } from '../formats/dtype.js';
import { parseOutput, parseRecipe } from '../swap/recipe/parse-recorded.js';
import { OUTPUT_KEY, RECIPE_KEY } from '../swap/recipe/recipe-keys.js';
import type { RecordedRecipe } from '../swap/recipe/recorded.js';
import { FoundModels } from './blending/found-models.js';
import type { WriteBlendOptions } from './blending/write-blend.js';
import { type Answer, Report, type Run } from './run/run.js';

export interface ReplayOptions extends Run {
  /** Where inputs are, by name in the recipe, file name or label. */
  readonly model?: ReadonlyMap<string, string>;
  /** Where to keep what is made; a temporary file unless given. */
  readonly out?: string;
  /** Replace a file that exists already. */
  readonly force?: boolean;
}

/** What `replay` answers. */
export interface ReplayDocument extends FileComparison {
  /** The blend. */
  readonly file: string;
  /** Files by the names that the recipe has for them. */
  readonly inputs: Readonly<Record<string, string>>;
  /** What was made, where it was kept. */
  readonly output?: string;
}

/**
 * Makes a blend again from the recipe that it carries, and compares bit for bit. Inputs are looked for beside the
 * file, in the current folder and among known names, and have to have the recorded hashes.
 *
 * @throws InputFileError `RECIPE_MISSING`, `MODEL_MISSING`, `MODEL_HASH`, `REPLAY_DIFFERS`; AbortedError; and as
 *   `openCheckpointFile` and the writers
 */
export async function replay(path: string, options: ReplayOptions = {}): Promise<Answer<ReplayDocument>> {
  const report = new Report(options);
  throwIfAborted(options.signal);
  const { out: output, force } = options;
  if (output !== undefined) await checkOutput(output, { force, inputs: [path] });
  await using original = await openCheckpointFile(path);
  await using inputs = new FoundModels(path, options);
  const { metadata } = await original.content();
  const recorded = requireRecipe(path, metadata);
  const writing = { force, signal: options.signal, onProgress: report.bytes('blending') };
  const remade = await remadeFrom(recorded, metadata, original, inputs, writing);
  const folder = output === undefined ? await mkdtemp(join(tmpdir(), 'stylegan-blend-')) : undefined;
  try {
    const out = output ?? join(folder!, 'replay');
    for (const input of [path, ...inputs.files]) await requireOther(out, input);
    await remade.write(out);
    const comparison = await compareFiles(path, out, { networks: remade.networks, signal: options.signal });
    requireSame(path, comparison);
    return report.answer({ file: path, inputs: inputs.found, ...comparison, output });
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

interface Remade {
  readonly networks?: readonly NetworkName[];
  write(out: string): Promise<void>;
}

/**
 * The blend, to be written as the original was, with its own record: that the inputs are those has been checked.
 * Where the original has been converted since, only its tensors can be compared.
 */
async function remadeFrom(
  recorded: RecordedRecipe,
  { [RECIPE_KEY]: recipe = '', [OUTPUT_KEY]: output }: Readonly<Record<string, string>>,
  original: CheckpointFile,
  inputs: FoundModels,
  writing: WriteBlendOptions,
): Promise<Remade> {
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
        void (await writeInPlace(out, container, blends, { ...writing, lossy, metadata })),
    };
  }
  const [first] = (await original.checkpoint()).tensors.values();
  const settings = { ...writing, dtype: first!.dtype as WrittenDType, metadata };
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
