import type { Tensor } from '@tensorflow/tfjs-core';

/** The functions of @tensorflow/tfjs-core, whichever package they came with. Only a type: loads nothing. */
export type TensorFlow = typeof import('@tensorflow/tfjs-core');

/** TensorFlow.js with one of its backends. */
export interface Machine {
  readonly tf: TensorFlow;
  readonly backend: string;
}

/** What a node is prepared with. */
export interface Builder {
  readonly tf: TensorFlow;
  /** Makes a tensor a constant of the program: it lives as long as the program does. */
  keep<T extends Tensor>(tensor: T): T;
}

/** Whoever computes waits for the one before: two that switch backends would undo each other's choice for ever. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Does `work` with the machine's backend as the current one. The current backend is one for the whole process:
 * another engine or the application may have changed it since the last time. Where `work` waits for something, other
 * engines wait for it, but the application may change the backend meanwhile.
 */
export function onBackend<T>({ tf, backend }: Machine, work: () => T | Promise<T>): Promise<T> {
  const result = last.then(async () => {
    while (tf.getBackend() !== backend) await tf.setBackend(backend);
    return work();
  });
  last = result.catch(() => {});
  return result;
}
