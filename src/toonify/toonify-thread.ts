// A thread that toonifies pictures, one after the other: `threaded-toonifier.ts` starts it and talks to it.
import { parentPort, workerData } from 'node:worker_threads';
import { requireRendered } from '../checkpoint/checkpoint.js';
import { openChosen } from '../cli/engine.js';
import { StyleganBlendError } from '../errors.js';
import { chooseLoss } from '../metric/choose-loss.js';
import type { Picture } from '../picture/picture.js';
import { collectGarbage } from './batch/collect-garbage.js';
import { openModels } from './models.js';
import type { FromThread, ThreadFailure, ThreadSetup, ToThread } from './threaded-toonifier.js';
import { createToonifier, type Toonifier } from './toonifier.js';

const port = parentPort!;
const { models: modelOptions, engine: choice, settings } = workerData as ThreadSetup;

let stop = new AbortController();
const toonifier = await answering(prepare);
port.on('message', (message: ToThread) => {
  if ('abort' in message) stop.abort();
  else void answering(() => toonify(message.toonify, message.state));
});

async function prepare(): Promise<Toonifier> {
  const engine = await openChosen(choice);
  const models = await openModels(modelOptions);
  try {
    const { loss } = await chooseLoss(settings.loss, requireRendered(models.base).resolution);
    const made = await createToonifier(models, engine, settings, loss);
    say({ ready: { engine: made.engine, notices: engine.notices } });
    return made;
  } finally {
    // Bases that are tuned are blended anew for each picture.
    if (settings.pivotal === undefined) await models.close();
  }
}

async function toonify(aligned: Picture, state: string | undefined): Promise<void> {
  stop = new AbortController();
  const onStep = (step: number, loss: number) => say({ step, loss });
  say({ toon: await toonifier!.toonify(aligned, { state, signal: stop.signal, onStep }) });
  collectGarbage();
}

/** What fails is said as well. */
async function answering<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    say({ failure: failureOf(error) });
    return undefined;
  }
}

function failureOf(error: unknown): ThreadFailure {
  if (error instanceof StyleganBlendError) {
    const { name: kind, code, message, hint } = error;
    return { kind, code, message, hint };
  }
  const { name: kind, stack = String(error) } = error as Error;
  return { kind, code: '', message: stack };
}

function say(message: FromThread): void {
  port.postMessage(message);
}
