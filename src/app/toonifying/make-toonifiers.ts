import { availableParallelism } from 'node:os';
import type { RenderedArchitecture } from '../../checkpoint/architecture/architecture.js';
import type { Loss } from '../../metric/loss.js';
import { isBuiltIn } from '../../swap/methods/registry.js';
import type { ComputedWith } from '../../toonify/batch/provenance.js';
import type { ToonModels } from '../../toonify/models.js';
import type { ToonSettings } from '../../toonify/settings.js';
import { threadedToonifier } from '../../toonify/threaded-toonifier.js';
import { createToonifier, type Toonifier } from '../../toonify/toonifier.js';
import { chosenEngine, type EngineChoice } from '../run/engine.js';
import type { Report } from '../run/run.js';
import type { ToonSource } from './open-models.js';
import type { ThreadSetup } from './thread-setup.js';

/**
 * Up to this side several pictures at once, each with one thread of the processor, are faster than one with all of
 * them: steps are too short to be shared out. Larger generators keep all threads busy, and take gigabytes each.
 */
const MANY_AT_ONCE = 128;

/** How many pictures are worked on at once unless it is said otherwise. */
export function defaultJobs(
  { resolution }: Pick<RenderedArchitecture, 'resolution'>,
  { device = 'auto', engine, threads }: EngineChoice,
  pictures: number,
): number {
  const usual = (device === 'auto' || device === 'cpu') && engine !== 'tfjs' && threads === undefined;
  return usual && resolution <= MANY_AT_ONCE ? Math.max(1, Math.min(availableParallelism(), pictures)) : 1;
}

export interface Making {
  /** Pictures that are worked on at once. */
  readonly jobs: number;
  readonly models: ToonModels;
  /** What threads open for themselves; where it is not known, there is none. */
  readonly source?: ToonSource;
  readonly settings: ToonSettings;
  readonly loss: Loss;
  readonly engine: EngineChoice;
}

export interface Toonifiers {
  /** Makes what works on pictures; called once for each job. */
  make(): Promise<Toonifier>;
  /** What computes, as a result says it. */
  readonly computed: ComputedWith;
}

/**
 * Makes the toonifiers of a run. A single one computes here. Of several each has a thread of its own, as ONNX Runtime
 * keeps the thread that calls it waiting.
 */
export function makeToonifiers(making: Making, report: Report): Toonifiers {
  const { jobs, models, source, settings, loss } = making;
  const { engine = 'auto', device = 'auto', half, cache } = making.engine;
  const threads = making.engine.threads ?? Math.max(1, Math.floor(availableParallelism() / jobs));
  const name = typeof engine === 'string' ? engine : engine.name;
  const computed: ComputedWith = { engine: name, device, threads, half };
  if (jobs <= 1 || source === undefined) {
    const choice = { engine, device, half, cache, threads };
    return {
      computed,
      make: async () => createToonifier(models, await chosenEngine(choice, report), settings, loss),
    };
  }
  const setup = { source, engine: { engine: name, device, half, cache, threads }, settings };
  let announced = false;
  const make = async () => {
    const toonifier = await threadedToonifier('app/toonifying/thread.js', setup satisfies Loose<ThreadSetup>);
    if (!announced) for (const notice of toonifier.notices) report.warn(notice);
    announced = true;
    return toonifier;
  };
  return { computed, make };
}

/** A source as callers give it; the thread reads it through its schema. */
type Loose<T extends { source: unknown }> = Omit<T, 'source'> & { readonly source: ToonSource };

/** Whether threads can open these for themselves: they know built-in methods of merging only, and no open engine. */
export function canBeThreaded(method: unknown, { engine }: EngineChoice): boolean {
  const names = typeof method === 'object' && method !== null ? Object.values(method) : [method ?? 'linear'];
  return typeof engine !== 'object' && names.every((name) => typeof name === 'string' && isBuiltIn(name));
}
