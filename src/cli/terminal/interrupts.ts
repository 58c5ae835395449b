import { removeTemporaries } from '../../files/temporaries.js';
import { EXIT } from './exit-codes.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Work looks at the signal between its steps. A step that takes longer than this is not waited for. */
const PATIENCE_MS = 2000;

/**
 * Runs `work` with a signal that fires at the first Ctrl-C. The second one, or work that does not stop, ends the
 * process at once; as every file is written beside its place and renamed, there is nothing half-written then either.
 */
export async function withInterrupts<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let patience: NodeJS.Timeout | undefined;
  const onSignal = () => {
    if (controller.signal.aborted) leave();
    controller.abort();
    patience = setTimeout(leave, PATIENCE_MS);
    patience.unref();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(patience);
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}

function leave(): never {
  removeTemporaries();
  process.exit(EXIT.interrupted);
}
