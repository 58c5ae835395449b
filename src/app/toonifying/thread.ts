// A thread that toonifies pictures, one after the other: src/toonify/threaded-toonifier.ts starts it and talks to it.
import { parentPort, workerData } from 'node:worker_threads';
import { requireRendered } from '../../checkpoint/checkpoint.js';
import { failureOf } from '../../files/thread.js';
import { chooseLoss } from '../../metric/choose-loss.js';
import { collectGarbage } from '../../toonify/batch/collect-garbage.js';
import { type FromThread, type ToThread, toThread } from '../../toonify/thread-messages.js';
import { createToonifier, type Toonifier } from '../../toonify/toonifier.js';
import { openChosen } from '../run/engine.js';
import { openToonModels } from './open-models.js';
import { threadSetup } from './thread-setup.js';

const port = parentPort!;
let stop = new AbortController();
const toonifier = await answering(prepare);
port.on('message', (said: unknown) => {
  const message = toThread.parse(said);
  if ('abort' in message) stop.abort();
  else void answering(() => toonify(message));
});

async function prepare(): Promise<Toonifier> {
  const { source, engine: choice, settings } = threadSetup.parse(workerData);
  const engine = await openChosen(choice);
  const models = await openToonModels(source);
  try {
    const { loss } = await chooseLoss(settings.loss, requireRendered(models.base).resolution);
    const made = await createToonifier(models, engine, settings, loss);
    say({ ready: { engine: made.engine, notices: [...engine.notices] } });
    return made;
  } finally {
    // Bases that are tuned are blended anew for each picture.
    if (settings.pivotal === undefined) await models[Symbol.asyncDispose]();
  }
}

async function toonify({ toonify: aligned, state }: Extract<ToThread, { toonify: unknown }>): Promise<void> {
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

function say(message: FromThread): void {
  port.postMessage(message);
}
