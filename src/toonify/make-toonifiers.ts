import { availableParallelism } from 'node:os';
import type { RenderedArchitecture } from '../checkpoint/architecture/architecture.js';
import { chosenEngine } from '../cli/engine.js';
import type { EngineChoice } from '../cli/options/options.js';
import type { Terminal } from '../cli/terminal/terminal.js';
import type { Loss } from '../metric/loss.js';
import type { ModelOptions, Models } from './models.js';
import { threadedToonifier } from './threaded-toonifier.js';
import { createToonifier, type Toonifier, type ToonSettings } from './toonifier.js';

/**
 * Up to this side several pictures at once, each with one thread of the processor, are faster than one with all of
 * them: steps are too short to be shared out. Larger generators keep all threads busy, and take gigabytes each.
 */
const MANY_AT_ONCE = 128;

/** How many pictures are worked on at once unless it is said otherwise. */
export function defaultJobs(
  { resolution }: Pick<RenderedArchitecture, 'resolution'>,
  { device, engine, threads }: EngineChoice,
  pictures: number,
): number {
  const usual = (device === 'auto' || device === 'cpu') && engine !== 'tfjs' && threads === undefined;
  return usual && resolution <= MANY_AT_ONCE ? Math.max(1, Math.min(availableParallelism(), pictures)) : 1;
}

interface Making extends EngineChoice {
  readonly jobs: number;
  readonly modelOptions: ModelOptions;
  readonly models: Models;
  readonly settings: ToonSettings;
  readonly loss: Loss;
}

/**
 * Makes the toonifiers of a run. A single one computes here. Of several each has a thread of its own, as ONNX Runtime
 * keeps the thread that calls it waiting.
 */
export function makeToonifiers(
  making: Making,
  terminal: Terminal,
): { readonly toonifier: () => Promise<Toonifier>; readonly choice: EngineChoice } {
  const { jobs, models, modelOptions, settings, loss, engine, device, half, cache } = making;
  const threads = making.threads ?? Math.max(1, Math.floor(availableParallelism() / jobs));
  const choice: EngineChoice = { engine, device, half, cache, threads };
  if (jobs <= 1) {
    const toonifier = async () =>
      createToonifier(models, await chosenEngine(choice, terminal), settings, loss);
    return { toonifier, choice };
  }
  let announced = false;
  const threaded = async () => {
    const toonifier = await threadedToonifier({ models: modelOptions, engine: choice, settings });
    if (!announced) for (const notice of toonifier.notices) terminal.warn(notice);
    announced = true;
    return toonifier;
  };
  return { toonifier: threaded, choice };
}
