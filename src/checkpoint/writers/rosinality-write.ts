import { UsageError } from '../../errors.js';
import { resolveMetadata } from '../../formats/note/note.js';
import type { TensorSource } from '../../formats/safetensors/write.js';
import { type TorchTree, type WriteTorchOptions, writeTorch } from '../../formats/torch/write.js';
import { elementCount } from '../../numbers/shape.js';
import { type Architecture, resolutionsOf } from '../architecture/architecture.js';
import { type Checkpoint, familyName, requireStyleGan2 } from '../checkpoint.js';
import { withoutNative } from '../readers/native.js';

/** rosinality's networks have one width; the filter's gain of 4 is in the stored kernel. */
const FILTER_GAIN = 4;

/** Filters that differ by less are the same, rounded in another order. */
const FILTER_TOLERANCE = 1e-6;

/**
 * Writes a generator as rosinality/stylegan2-pytorch does: `{g_ema, latent_avg}` in torch's zip container.
 * `latent_avg` and the noise buffers are left out where the checkpoint has none.
 *
 * @throws UsageError `FORMAT_CANNOT_HOLD` where rosinality's network cannot compute the same pictures; and those of
 *   `writeTorch`
 */
export async function writeRosinality(
  path: string,
  checkpoint: Checkpoint,
  options: WriteTorchOptions & { readonly lossy?: boolean } = {},
): Promise<void> {
  await requireRosinality(checkpoint, options);
  const state = new Map<string, TensorSource>();
  for (const source of await stateOf(checkpoint)) state.set(source.name, source);
  const tree = new Map<string, TensorSource | TorchTree>([['g_ema', state]]);
  if (checkpoint.tensors.has('mapping.w_avg')) {
    tree.set(
      'latent_avg',
      copyOf(checkpoint, 'latent_avg', 'mapping.w_avg', (shape) => shape),
    );
  }
  const metadata = async () => withoutNative(await resolveMetadata(options.metadata ?? {}));
  await writeTorch(path, tree, { ...options, metadata });
}

/** What of a generator rosinality's form loses, in words; empty where it loses nothing. */
export function lostInRosinality(checkpoint: Checkpoint): string[] {
  const { convClamp } = requireGenerator(checkpoint);
  return convClamp === null ? [] : [`the clamp of activations at ±${convClamp}`];
}

/**
 * Checks that rosinality's network computes the same pictures; of the values only the filters are read.
 * @throws UsageError `FORMAT_CANNOT_HOLD`
 */
export async function requireRosinality(
  checkpoint: Checkpoint,
  { lossy }: { readonly lossy?: boolean },
): Promise<void> {
  const { path } = checkpoint.origin;
  const architecture = requireGenerator(checkpoint);
  const { variant, classes, zDim, wDim, mappingWidth, mappingLrMultiplier } = architecture;
  const refuse = (what: string) => cannotHold(path, what);
  if (variant !== 'skip') throw refuse(`the skip architecture, found ${variant}`);
  if (classes > 0) throw refuse(`a generator without classes, found ${classes}`);
  if (zDim !== wDim || mappingWidth !== undefined) {
    throw refuse(
      `z, w and the mapping network to have one width, found ${zDim}, ${wDim}, ${mappingWidth ?? wDim}`,
    );
  }
  if (mappingLrMultiplier !== 0.01) {
    throw refuse(`a mapping network with learning-rate multiplier 0.01, found ${mappingLrMultiplier}`);
  }
  if (architecture.convClamp !== null && !lossy) {
    throw cannotHold(
      path,
      `no clamp of activations, found ±${architecture.convClamp}`,
      'accept it with `lossy`',
    );
  }
  const taps = [1, 3, 3, 1];
  const usual = taps.flatMap((a) => taps.map((b) => (a * b) / 64));
  for (const name of checkpoint.tensors.keys()) {
    if (!name.endsWith('.resample_filter')) continue;
    const filter = await checkpoint.read(name);
    if (filter.some((tap, i) => !(Math.abs(tap - usual[i]!) <= FILTER_TOLERANCE))) {
      throw refuse(`the filter [1, 3, 3, 1], found another in ${name}`);
    }
  }
}

/** @throws UsageError `FORMAT_CANNOT_HOLD` for networks of other families */
function requireGenerator(checkpoint: Checkpoint): Architecture {
  const { architecture, origin } = checkpoint;
  if (architecture.family === 'stylegan2') return architecture;
  throw cannotHold(origin.path, `a StyleGAN2 generator, found a ${familyName(architecture)}`);
}

function cannotHold(
  path: string,
  what: string,
  hint = 'write safetensors, or in place of a container (`container`)',
): UsageError {
  return new UsageError('FORMAT_CANNOT_HOLD', `${path}: rosinality's format expects ${what}`, { hint });
}

/** All tensors of rosinality's `Generator`, in its order. */
async function stateOf(checkpoint: Checkpoint): Promise<TensorSource[]> {
  const architecture = requireStyleGan2(checkpoint);
  const list: TensorSource[] = [];
  const add = (
    name: string,
    canonical: string,
    form: (shape: readonly number[]) => number[] = (s) => [...s],
  ) => {
    if (checkpoint.tensors.has(canonical)) list.push(copyOf(checkpoint, name, canonical, form));
  };
  const withOne = (shape: readonly number[]) => [1, ...shape];
  const addLayer = (name: string, canonical: string, blurs: boolean) => {
    add(`${name}.conv.weight`, `${canonical}.weight`, withOne);
    if (blurs) list.push(kernelOf(checkpoint, `${name}.conv.blur.kernel`, `${canonical}.resample_filter`));
    add(`${name}.conv.modulation.weight`, `${canonical}.affine.weight`);
    add(`${name}.conv.modulation.bias`, `${canonical}.affine.bias`);
    add(`${name}.noise.weight`, `${canonical}.noise_strength`, () => [1]);
    add(`${name}.activate.bias`, `${canonical}.bias`);
  };
  const addToRgb = (name: string, block: string, upsamples: boolean) => {
    add(`${name}.bias`, `${block}.torgb.bias`, (shape) => [1, ...shape, 1, 1]);
    if (upsamples) list.push(kernelOf(checkpoint, `${name}.upsample.kernel`, `${block}.resample_filter`));
    add(`${name}.conv.weight`, `${block}.torgb.weight`, withOne);
    add(`${name}.conv.modulation.weight`, `${block}.torgb.affine.weight`);
    add(`${name}.conv.modulation.bias`, `${block}.torgb.affine.bias`);
  };

  for (let i = 0; i < architecture.mappingLayers; i++) {
    add(`style.${i + 1}.weight`, `mapping.fc${i}.weight`);
    add(`style.${i + 1}.bias`, `mapping.fc${i}.bias`);
  }
  add('input.input', 'synthesis.b4.const', withOne);
  addLayer('conv1', 'synthesis.b4.conv1', false);
  addToRgb('to_rgb1', 'synthesis.b4', false);
  const upper = resolutionsOf(architecture).slice(1);
  upper.forEach((r, k) => {
    addLayer(`convs.${2 * k}`, `synthesis.b${r}.conv0`, true);
    addLayer(`convs.${2 * k + 1}`, `synthesis.b${r}.conv1`, false);
  });
  upper.forEach((r, k) => {
    addToRgb(`to_rgbs.${k}`, `synthesis.b${r}`, true);
  });
  const asPicture = (shape: readonly number[]) => [1, 1, ...shape];
  add('noises.noise_0', 'synthesis.b4.conv1.noise_const', asPicture);
  upper.forEach((r, k) => {
    add(`noises.noise_${2 * k + 1}`, `synthesis.b${r}.conv0.noise_const`, asPicture);
    add(`noises.noise_${2 * k + 2}`, `synthesis.b${r}.conv1.noise_const`, asPicture);
  });
  return list;
}

function copyOf(
  checkpoint: Checkpoint,
  name: string,
  canonical: string,
  form: (shape: readonly number[]) => readonly number[],
): TensorSource {
  const { shape } = checkpoint.tensors.get(canonical)!;
  return { name, shape: form(shape), read: () => checkpoint.read(canonical) };
}

function kernelOf(checkpoint: Checkpoint, name: string, canonical: string): TensorSource {
  const { shape } = checkpoint.tensors.get(canonical) ?? { shape: [4, 4] };
  const read = async () => (await checkpoint.read(canonical)).map((tap) => tap * FILTER_GAIN);
  if (elementCount(shape) !== 16) throw new RangeError(`${canonical}: ${shape}`);
  return { name, shape, read };
}
