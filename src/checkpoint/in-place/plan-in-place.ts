import { InputFileError } from '../../errors.js';
import type { Checkpoint } from '../checkpoint.js';
import type { CheckpointFile } from '../checkpoint-file.js';
import { networkName } from '../readers/network-names.js';
import { fitIntoContainer } from './check-container.js';
import { arrangePatches, type Patch, type Replacement } from './patches.js';

/** What writing in place came to; names are `NETWORK/tensor`. */
export interface InPlaceReport {
  /** Tensors with at least one element that differs from the container's. */
  readonly changed: readonly string[];
  /** Tensors that the container stores in a form that cannot hold the new values exactly: they were rounded. */
  readonly rounded: readonly string[];
  /** Tensors that stay the container's, because the network to write has none. */
  readonly kept: readonly string[];
  /** Tensors to write that the container has no place for. */
  readonly dropped: readonly string[];
  /** Settings that stay the container's though they differ; with `lossy` only. */
  readonly settings: readonly string[];
}

/** What of the network may differ in the container. */
export interface InPlaceLimits {
  /**
   * Accept settings of the container that differ from the network's, such as the clamp; they stay the container's.
   */
  readonly lossy?: boolean;
  /** Refuse to write where a value would have to be rounded, or a tensor has no counterpart. */
  readonly strict?: boolean;
}

/** What is known of {@link InPlaceReport} before a value is read. */
export type InPlacePlan = Pick<InPlaceReport, 'kept' | 'dropped' | 'settings'> & {
  /** Tensors that get values. */
  readonly replaced: readonly string[];
};

type GrowingReport = { [K in keyof InPlaceReport]: string[] };

/**
 * Finds out, without writing, what `writeInPlace` would do.
 *
 * @param path of the file to write, for messages
 * @throws as `writeInPlace`, apart from what only values show
 */
export async function planInPlace(
  path: string,
  container: CheckpointFile,
  networks: ReadonlyMap<string, Checkpoint>,
  limits: InPlaceLimits = {},
): Promise<InPlacePlan> {
  const { patches, report } = await planPatches(path, container, networks, limits);
  const { kept, dropped, settings } = report;
  const replaced = patches.flatMap((patch) => patch.replacements.map(({ name }) => name));
  return { replaced, kept, dropped, settings };
}

/** The patches that put networks into a container, and a report that they have yet to complete. */
export async function planPatches(
  path: string,
  container: CheckpointFile,
  networks: ReadonlyMap<string, Checkpoint>,
  limits: InPlaceLimits,
): Promise<{ patches: Patch[]; report: GrowingReport }> {
  if (container.wrappings.length > 0) {
    throw new InputFileError(
      'CONTAINER_WRAPPED',
      `${container.path}: expected a container that is not compressed, found a ${container.wrappings[0]} file`,
      { hint: 'unpack it first' },
    );
  }
  const report: GrowingReport = { changed: [], rounded: [], kept: [], dropped: [], settings: [] };
  const replacements = await fitAll(container, networks, limits, report);
  if (limits.strict) refuseLosses(container, report);
  return { patches: arrangePatches(path, container.file, replacements), report };
}

/** @throws InputFileError `CONTAINER_LOSES` */
export function refuseLosses(container: CheckpointFile, { rounded, kept, dropped }: InPlaceReport): void {
  const losses: [readonly string[], string][] = [
    [rounded, 'rounds the values of'],
    [kept, 'keeps its own'],
    [dropped, 'has no place for'],
  ];
  const found = losses.find(([names]) => names.length > 0);
  if (found === undefined) return;
  const [names, verb] = found;
  const more = names.length > 1 ? ` and ${names.length - 1} more` : '';
  throw new InputFileError(
    'CONTAINER_LOSES',
    `${container.path}: expected a container that holds all of the network, but it ${verb} ${names[0]}${more}`,
    { hint: 'accept it with `lossy`' },
  );
}

/** Compares everything before the first byte is written. */
async function fitAll(
  container: CheckpointFile,
  networks: ReadonlyMap<string, Checkpoint>,
  limits: InPlaceLimits,
  report: GrowingReport,
): Promise<Replacement[]> {
  const all: Replacement[] = [];
  for (const [network, checkpoint] of networks) {
    const name = networkName(network) ?? network;
    const content = await container.content(network);
    const inContainer = await container.checkpoint(network);
    const fit = await fitIntoContainer(container.path, content, inContainer, checkpoint);
    if (fit.settings.length > 0 && limits.lossy !== true) {
      throw new InputFileError(
        'CONTAINER_DIFFERS',
        `${container.path}: expected a container with the settings of the network, found ${fit.settings.join(', ')}`,
        { hint: 'the pictures would differ; accept it with `lossy`, or choose another container' },
      );
    }
    const full = (tensor: string) => `${name}/${tensor}`;
    all.push(...fit.replacements.map((r) => ({ ...r, name: full(r.name) })));
    report.kept.push(...fit.kept.map(full));
    report.dropped.push(...fit.dropped.map(full));
    report.settings.push(...fit.settings.map(full));
  }
  return all;
}
