import { unlinkSync } from 'node:fs';

/** Temporary files that are being written at this moment. */
const inFlight = new Set<string>();

/** Remembers a temporary file before it is made, so that no moment exists in which a signal would leave it. */
export function registerTemporary(path: string): void {
  inFlight.add(path);
}

export function forgetTemporary(path: string): void {
  inFlight.delete(path);
}

/**
 * Deletes every temporary file that is being written. For signal handlers and `exit` listeners, which cannot
 * wait: the process has to end right after it.
 */
export function removeTemporaries(): void {
  for (const path of inFlight) {
    try {
      unlinkSync(path);
    } catch {
      // Not made yet, or renamed a moment ago: either way nothing is left behind.
    }
  }
  inFlight.clear();
}
