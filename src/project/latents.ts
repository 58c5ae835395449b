import { MAX_RESOLUTION } from '../checkpoint/architecture/architecture.js';
import { firstNonFinite } from '../checkpoint/read-finite.js';
import { InputFileError } from '../errors.js';
import type { WriteOptions } from '../files/atomic-write.js';
import { openSafetensors, type SafetensorsFile } from '../formats/safetensors/read.js';
import { writeSafetensors } from '../formats/safetensors/write.js';
import type { LatentSpace } from '../generator/latent-space.js';
import type { NoiseMaps } from '../generator/noise-layers.js';

/**
 * Projections as files: safetensors with `w` [1, w_dim], or [rows, w_dim] of a search in W+, and, for each noisy
 * layer, `noise.b4.conv1.noise_const` [r, r], under the names that the reference projector's maps have; StyleGAN's
 * are `noise.8x8/Conv0_up.noise_const`. A PGGAN has no W: its files hold `z` [1, z_dim], with the one-hot label
 * behind it where there are classes. Other tensors are left alone.
 */
export interface SavedLatents {
  /** What `w` is; `w` unless it is said otherwise. */
  readonly space?: LatentSpace['name'];
  /** [w_dim] or [rows, w_dim], or that z. */
  readonly w: Float32Array;
  /** Rows of `w`; 1 unless it is said otherwise. */
  readonly rows?: number;
  /** By layer, `b4.conv1`, …, each [r, r]. */
  readonly noise: NoiseMaps;
  /** How it was found: the model's SHA-256, steps, seed, distance. Free text, never trusted. */
  readonly metadata: Readonly<Record<string, string>>;
}

const NOISE_NAME =
  /^noise\.(b(?<r>[1-9]\d{0,4})\.conv[01]|(?<s>[1-9]\d{0,4})x\k<s>\/(?:Const|Conv|Conv0_up|Conv1))\.noise_const$/;

/** Nobody has trained a generator with a longer w. */
const MAX_W_DIM = 65_536;

/** Layers of the largest generator that is read. */
const MAX_ROWS = 2 * Math.log2(MAX_RESOLUTION) - 2;

/**
 * Writes a w and its noise maps.
 *
 * @throws OutputError as `writeAtomically`
 */
export async function saveLatents(
  path: string,
  { space = 'w', w, rows = 1, noise }: Pick<SavedLatents, 'space' | 'w' | 'rows' | 'noise'>,
  metadata: Readonly<Record<string, string>> = {},
  options: WriteOptions = {},
): Promise<void> {
  const maps = [...noise].map(([layer, map]) => {
    const side = Math.sqrt(map.length);
    return { name: `noise.${layer}.noise_const`, shape: [side, side], read: async () => map };
  });
  const tensors = [{ name: space, shape: [rows, w.length / rows], read: async () => w }, ...maps];
  await writeSafetensors(path, { tensors, metadata, force: options.force });
}

/**
 * Reads what {@link saveLatents} has written. The file may be anybody's: everything in it is checked.
 *
 * @throws InputFileError `NOT_LATENTS` for other safetensors files, `LATENTS_DAMAGED` for shapes and values that
 *   cannot be, and those of `openSafetensors`
 */
export async function loadLatents(path: string): Promise<SavedLatents> {
  await using file = await openSafetensors(path);
  const space = file.tensors.has('z') && !file.tensors.has('w') ? 'z' : 'w';
  const shape = file.tensors.get(space)?.shape;
  if (shape === undefined) {
    throw new InputFileError('NOT_LATENTS', `${path}: expected a tensor called w, found none`, {
      hint: 'expected a file that blend project has written',
    });
  }
  const [rows = 0, dim = 0] = shape;
  const most = space === 'w' ? MAX_ROWS : 1;
  if (shape.length !== 2 || !(rows > 0 && rows <= most) || !(dim > 0 && dim <= MAX_W_DIM)) {
    const expected = space === 'w' ? '[1, w_dim] or [rows, w_dim]' : '[1, z_dim]';
    throw damaged(path, space, `expected shape ${expected}, found [${shape.join(', ')}]`);
  }
  const w = await readFinite(file, space);
  return { space, w, rows, noise: await readNoise(file), metadata: file.metadata };
}

async function readNoise(file: SafetensorsFile): Promise<NoiseMaps> {
  const noise = new Map<string, Float32Array>();
  for (const [name, { shape }] of file.tensors) {
    const match = NOISE_NAME.exec(name);
    if (match === null) continue;
    const side = Number(match.groups!['r'] ?? match.groups!['s']);
    if (side > MAX_RESOLUTION || shape.length !== 2 || shape[0] !== side || shape[1] !== side) {
      throw damaged(file.path, name, `expected shape [${side}, ${side}], found [${shape.join(', ')}]`);
    }
    noise.set(match[1]!, await readFinite(file, name));
  }
  return noise;
}

async function readFinite(file: SafetensorsFile, name: string): Promise<Float32Array> {
  const values = await file.read(name);
  const index = firstNonFinite(values);
  if (index < 0) return values;
  throw damaged(file.path, name, `expected finite values, found ${values[index]} at index ${index}`);
}

function damaged(path: string, name: string, what: string): InputFileError {
  return new InputFileError('LATENTS_DAMAGED', `${path}: ${name}: ${what}`);
}
