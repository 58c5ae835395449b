import { rm } from 'node:fs/promises';
import { z } from 'zod';
import { InputFileError } from '../errors.js';
import { openSafetensors } from '../formats/safetensors/read.js';
import { writeSafetensors } from '../formats/safetensors/write.js';
import { readJson } from '../json/read.js';
import type { SearchState } from './descent.js';

/** Keeps a long search on the disk, so that the same call goes on after the program was killed. */
export interface StateKeeper {
  /** Where to go on, if there is a state of this search. */
  readonly resume: SearchState | undefined;
  /** For `ProjectionOptions`: writes the state every so often, and when the search is stopped. */
  readonly onState: (state: () => SearchState) => Promise<void>;
  /** The search is done, and what was kept of it is not needed any more. */
  remove(): Promise<void>;
}

export interface KeeperOptions {
  /** All that the search depends on. A state of anything else is not taken up, and written over. */
  readonly binding: string;
  readonly signal?: AbortSignal;
}

/** A write every half a second at most, and no more of the time than this share: at 1024 px one takes a second. */
const LEAST_MS = 500;
const SHARE = 0.02;

const position = z.object({
  step: z.int().nonnegative(),
  /** JSON has no infinity, which it is before the first step. */
  distance: z.number().nullable(),
  random: z.object({
    words: z.string().regex(/^[0-9a-f]{4992}$/),
    position: z.int().nonnegative().max(624),
    spare: z.number().nullable(),
  }),
});

const BINDING = 'search';
const POSITION = 'position';

/**
 * Opens the kept state of a search, or prepares to keep one. The file may be anybody's: one that is damaged counts as
 * none.
 * @param path beside the result; written beside and renamed, so that there is always a whole one
 */
export async function keepState(path: string, options: KeeperOptions): Promise<StateKeeper> {
  const { binding, signal } = options;
  let due: number | undefined;
  return {
    resume: await stateOf(path, binding),
    async onState(state) {
      const started = performance.now();
      due ??= started + LEAST_MS;
      if (started < due && signal?.aborted !== true) return;
      await write(path, state(), binding);
      const ended = performance.now();
      due = ended + Math.max(LEAST_MS, (ended - started) / SHARE);
    },
    remove: () => rm(path, { force: true }),
  };
}

async function write(path: string, state: SearchState, binding: string): Promise<void> {
  const tensors = Object.entries(state.values).map(([name, values]) => ({
    name,
    shape: [values.length],
    read: async () => values,
  }));
  const { step, bestDistance, random } = state;
  const distance = Number.isFinite(bestDistance) ? bestDistance : null;
  const metadata = { [BINDING]: binding, [POSITION]: JSON.stringify({ step, distance, random }) };
  await writeSafetensors(path, { tensors, metadata, force: true });
}

async function stateOf(path: string, binding: string): Promise<SearchState | undefined> {
  try {
    await using file = await openSafetensors(path);
    if (file.metadata[BINDING] !== binding) return undefined;
    const position = positionOf(file.metadata[POSITION]);
    if (position === undefined) return undefined;
    const values: Record<string, Float32Array> = {};
    for (const name of file.tensors.keys()) values[name] = await file.read(name);
    return { ...position, values };
  } catch (error) {
    if (error instanceof InputFileError) return undefined;
    throw error;
  }
}

function positionOf(text: string | undefined): Omit<SearchState, 'values'> | undefined {
  const found = readJson(position, text);
  if (found === undefined) return undefined;
  const { step, distance, random } = found;
  return { step, bestDistance: distance ?? Number.POSITIVE_INFINITY, random };
}
