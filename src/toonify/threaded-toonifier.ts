import type { Worker } from 'node:worker_threads';
import { revived, startThread } from '../files/thread.js';
import { type FromThread, fromThread, type ToThread } from './thread-messages.js';
import type { Toonifier } from './toonifier.js';

/**
 * A toonifier that computes on a thread of its own; disposing of it ends the thread.
 *
 * @param module the path below `dist` of what runs there: it says `ready`, and answers each picture
 * @param setup what it is made with: plain values, from which it opens models and engine for itself
 */
export async function threadedToonifier(
  module: string,
  setup: unknown,
): Promise<Toonifier & { readonly notices: readonly string[] }> {
  const worker = startThread(module, setup);
  try {
    const { ready } = await answerOf(worker, 'ready');
    return {
      ...ready,
      async toonify(aligned, { state, signal, onStep } = {}) {
        const abort = () => worker.postMessage({ abort: true } satisfies ToThread);
        signal?.addEventListener('abort', abort);
        try {
          const answer = answerOf(worker, 'toon', onStep);
          worker.postMessage({ toonify: aligned, state });
          if (signal?.aborted) abort();
          return (await answer).toon;
        } finally {
          signal?.removeEventListener('abort', abort);
        }
      },
      async [Symbol.asyncDispose]() {
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
    const listen = (said: unknown) => {
      const { success, data: message } = fromThread.safeParse(said);
      if (!success) fail(new Error('the thread that computes says what is not understood'));
      else if ('step' in message) onStep(message.step, message.loss);
      else if ('failure' in message) fail(revived(message.failure));
      else if (key in message)
        done(() => resolve(message as Extract<FromThread, Readonly<Record<K, unknown>>>));
    };
    worker.on('message', listen).on('error', fail).on('exit', ended);
  });
}
