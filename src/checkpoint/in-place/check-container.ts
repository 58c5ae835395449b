import { InputFileError } from '../../errors.js';
import type { AnyArchitecture } from '../architecture/architecture.js';
import { isOptional } from '../architecture/derive-architecture.js';
import type { Checkpoint } from '../checkpoint.js';
import type { FileContent } from '../readers/file-content.js';
import type { Replacement } from './patches.js';

/** What will become of a network's tensors. */
export interface ContainerFit {
  readonly replacements: readonly Replacement[];
  /** Tensors that the container keeps its own of, because the checkpoint has none. */
  readonly kept: readonly string[];
  /** Tensors of the checkpoint that have no place in the container. */
  readonly dropped: readonly string[];
  /** Settings of the container that differ, as `name: container's, checkpoint's`. */
  readonly settings: readonly string[];
}

/**
 * Compares a checkpoint with the network in a container that it is to replace.
 *
 * @throws InputFileError `CONTAINER_DIFFERS` where the networks are of different kinds or sizes, or resample with
 *   different filters
 */
export async function fitIntoContainer(
  path: string,
  content: FileContent,
  inContainer: Checkpoint,
  checkpoint: Checkpoint,
): Promise<ContainerFit> {
  const fail = (what: string) =>
    new InputFileError('CONTAINER_DIFFERS', `${path}: ${what}`, {
      hint: 'the container must hold a network of the same architecture',
    });
  const [a, b] = [inContainer.architecture, checkpoint.architecture];
  if (a.family !== b.family || a.resolution !== b.resolution) {
    throw fail(
      `expected a container with a ${b.resolution} px ${b.family} network, found ${a.resolution} px ${a.family}`,
    );
  }
  const replacements: Replacement[] = [];
  const kept: string[] = [];
  for (const [name, { shape }] of inContainer.tensors) {
    const given = checkpoint.tensors.get(name);
    const view = content.tensors.get(name)?.view;
    if (given === undefined) {
      if (!isOptional(name) && view !== undefined)
        throw fail(`${name}: the container has this tensor, the network has not`);
      if (view !== undefined) kept.push(name);
      continue;
    }
    if (given.shape.join() !== shape.join()) {
      throw fail(`${name}: expected shape [${given.shape}] in the container, found [${shape}]`);
    }
    if (view !== undefined) replacements.push({ name, view, read: () => checkpoint.read(name) });
    else await requireEqual(inContainer, checkpoint, name, fail);
  }
  const dropped: string[] = [];
  for (const name of checkpoint.tensors.keys()) {
    if (inContainer.tensors.has(name)) continue;
    if (!isOptional(name)) throw fail(`${name}: the network has this tensor, the container has not`);
    dropped.push(name);
  }
  return { replacements, kept, dropped, settings: differingSettings(a, b) };
}

/** Filters that a format does not store have to be those that its tools compute with. */
async function requireEqual(
  inContainer: Checkpoint,
  checkpoint: Checkpoint,
  name: string,
  fail: (what: string) => InputFileError,
): Promise<void> {
  const [ours, theirs] = await Promise.all([inContainer.read(name), checkpoint.read(name)]);
  const isClose = ours.every((value, i) => Math.abs(value - theirs[i]!) <= 1e-6);
  if (!isClose)
    throw fail(`${name}: the container's format has a fixed filter, which differs from the network's`);
}

function differingSettings(container: AnyArchitecture, network: AnyArchitecture): string[] {
  const text = (value: unknown) => JSON.stringify(value instanceof Map ? [...value] : (value ?? null));
  const keys = new Set([...Object.keys(container), ...Object.keys(network)]) as Set<keyof AnyArchitecture>;
  return [...keys]
    .map((key) => [key, text(container[key]), text(network[key])] as const)
    .filter(([, inContainer, inNetwork]) => inContainer !== inNetwork)
    .map(
      ([key, inContainer, inNetwork]) =>
        `${key}: ${inContainer} in the container, ${inNetwork} in the network`,
    );
}
