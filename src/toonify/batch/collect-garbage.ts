import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/**
 * Gives back what the thread that calls it does not use any more; some 20 ms. Pictures and gradients are buffers
 * outside of the heap, on which V8 looks late: over a long batch they would pile up to a multiple of what is needed.
 */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
