import { Worker } from 'node:worker_threads';
import type { EngineChoice } from '../cli/options/options.js';
import * as errors from '../errors.js';
import { PACKAGE_ROOT } from '../files/package-root.js';
import type { Picture } from '../picture/picture.js';
import type { ModelOptions } from './models.js';
import type { Toon, Toonifier, ToonSettings } from './toonifier.js';

/** What a thread is made with: plain values, from which it opens models and engine for itself. */
export interface ThreadSetup {
  readonly models: ModelOptions;
  readonly engine: EngineChoice;
  readonly settings: ToonSettings;
}

/** What is said to the thread. */
export type ToThread = { readonly toonify: Picture; readonly state?: string } | { readonly abort: true };

/** What the thread says. */
export type FromThread =
  | { readonly ready: { readonly engine: string; readonly notices: readonly string[] } }
  | { readonly step: number; readonly loss: number }
  | { readonly toon: Toon }
  | { readonly failure: ThreadFailure };

/** An error as plain values. */
export interface ThreadFailure {
  readonly kind: string;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

const THREAD = new URL('dist/toonify/toonify-thread.js', PACKAGE_ROOT);

/** A toonifier that computes on a thread of its own. `dispose` ends the thread. */
export async function threadedToonifier(
  setup: ThreadSetup,
): Promise<Toonifier & { readonly notices: readonly string[] }> {
  const worker = new Worker(THREAD, { workerData: setup, execArgv: [] });
  try {
    const { ready } = await answerOf(worker, 'ready');
    return {
      ...ready,
      async toonify(aligned, { state, signal, onStep }) {
        const abort = () => worker.postMessage({ abort: true } satisfies ToThread);
        signal.addEventListener('abort', abort);
        try {
          const answer = answerOf(worker, 'toon', onStep);
          worker.postMessage({ toonify: aligned, state } satisfies ToThread);
          if (signal.aborted) abort();
          return (await answer).toon;
        } finally {
          signal.removeEventListener('abort', abort);
        }
      },
      dispose: async () => {
        await worker.terminate();
      },
    };
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

/** The next answer of a kind; steps on the way are passed on. */
function answerOf<K extends 'ready' | 'toon'>(
  worker: Worker,
  key: K,
  onStep: (step: number, loss: number) => void = () => {},
): Promise<Extract<FromThread, Readonly<Record<K, unknown>>>> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void) => {
      worker.off('message', listen).off('error', fail).off('exit', ended);
      settle();
    };
    const fail = (error: unknown) => done(() => reject(error));
    const ended = () => fail(new Error('the thread that computes has ended'));
    const listen = (message: FromThread) => {
      if ('step' in message) onStep(message.step, message.loss);
      else if ('failure' in message) fail(revived(message.failure));
      else if (key in message)
        done(() => resolve(message as Extract<FromThread, Readonly<Record<K, unknown>>>));
    };
    worker.on('message', listen).on('error', fail).on('exit', ended);
  });
}

/** An error as it was before it came from another thread. */
function revived({ kind, code, message, hint }: ThreadFailure): Error {
  if (code === 'ABORTED') return new errors.AbortedError(message);
  const classes = errors as unknown as Readonly<Record<string, typeof errors.StyleganBlendError | undefined>>;
  const Kind = code === '' ? undefined : classes[kind];
  return Kind === undefined ? new Error(message) : new Kind(code, message, { hint });
}
