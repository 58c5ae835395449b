import { BYTES_PER_ELEMENT, type StoredDType, type WrittenDType } from '../../formats/dtype.js';
import { expectedTensors } from '../architecture/expected-tensors.js';
import { type Checkpoint, requireStyleGan2 } from '../checkpoint.js';
import type { CheckpointFile } from '../checkpoint-file.js';
import { type InPlaceReport, planInPlace } from '../in-place/plan-in-place.js';
import type { NetworkName } from '../readers/network-names.js';
import { lostInRosinality } from '../writers/rosinality-write.js';
import type { ConversionOptions } from './convert-options.js';

const NETWORK_TEXTS: Readonly<Record<NetworkName, string>> = {
  G_ema: 'the averaged generator (G_ema)',
  G: 'the generator without averaging (G)',
  D: 'the discriminator (D)',
};

/** The networks of a file that are not among those to write. */
export function lostNetworks(file: CheckpointFile, written: ReadonlyMap<NetworkName, unknown>): string[] {
  return file.networks.filter((name) => !written.has(name)).map((name) => NETWORK_TEXTS[name]);
}

/** What the form of the output loses of one network. */
export function lostInTensors(
  checkpoint: Checkpoint,
  { format, dtype = 'f32' }: ConversionOptions,
): string[] {
  if (format === 'container') return [];
  const digits = lostDigits(checkpoint, dtype);
  return format === 'safetensors' ? digits : [...digits, ...notInRosinality(checkpoint)];
}

/** What a container has no place for, or keeps of its own. */
export async function lostInContainer(
  container: CheckpointFile,
  networks: ReadonlyMap<NetworkName, Checkpoint>,
): Promise<string[]> {
  const plan = await planInPlace(container.path, container, networks, { lossy: true });
  return [
    ...some(plan.dropped, (tensors) => `${tensors}, for which the container has no place`),
    ...some(plan.kept, (tensors) => `the lack of ${tensors}: the container keeps its own`),
    ...plan.settings.map((setting) => `a setting, which stays the container’s: ${setting}`),
  ];
}

/** What turned out to be lost when values were written. */
export function roundedInContainer({ rounded }: InPlaceReport): string[] {
  return some(rounded, (tensors) => `digits of ${tensors}: rounded to what the container stores`);
}

function notInRosinality(checkpoint: Checkpoint): string[] {
  const lost = lostInRosinality(checkpoint);
  const expected = expectedTensors(requireStyleGan2(checkpoint));
  const missing = [...expected.keys()].filter((name) => !checkpoint.tensors.has(name));
  if (missing.includes('mapping.w_avg')) {
    lost.push('the average of w (latent_avg), which the input lacks: rosinality’s tools estimate it anew');
  }
  if (missing.some((name) => name.endsWith('.noise_const'))) {
    lost.push('the noise buffers, which the input lacks: rosinality’s tools draw them anew');
  }
  return lost;
}

/** Types that hold more digits than what is written. */
function lostDigits(checkpoint: Checkpoint, written: WrittenDType): string[] {
  const count = new Map<StoredDType, number>();
  for (const { dtype } of checkpoint.tensors.values()) {
    if (!holds(written, dtype)) count.set(dtype, (count.get(dtype) ?? 0) + 1);
  }
  return [...count].map(([dtype, tensors]) => `digits of ${tensors} tensors: ${dtype} becomes ${written}`);
}

/** Whether every number of type `stored` is one of type `written`. */
function holds(written: WrittenDType, stored: StoredDType): boolean {
  if (written === stored) return true;
  if (stored === 'u8' || stored === 'i8' || stored === 'bool') return written !== 'bf16' || stored !== 'i8';
  return written === 'f32' && BYTES_PER_ELEMENT[stored] <= 2;
}

/** Nothing for no names; else a line with the first of them. */
function some(names: readonly string[], line: (tensors: string) => string): string[] {
  const [first] = names;
  if (first === undefined) return [];
  return [line(names.length === 1 ? first : `${first} and ${names.length - 1} more`)];
}
