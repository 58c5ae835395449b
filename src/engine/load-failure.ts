/** Why a package cannot be used. */
export interface LoadFailure {
  /** False where the package is not there at all, true where it is but does not load. */
  readonly installed: boolean;
  /** One line. */
  readonly reason: string;
}

/** What the error of importing `packageName` means. */
export function loadFailure(packageName: string, error: unknown): LoadFailure {
  const { code, message = String(error) } = error as NodeJS.ErrnoException;
  // A package that is there may lack one that it needs itself: then the message names that one.
  const missing = /Cannot find (?:package|module) '([^']+)'/.exec(message)?.[1];
  const notFound = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  if (notFound && missing === packageName) return { installed: false, reason: 'not installed' };
  return { installed: true, reason: message.split('\n')[0]!.trim() };
}

/** What ONNX Runtime says, in one line, without the place in its source that it puts in front. */
export function runtimeReason(error: unknown): string {
  const [line] = String((error as Error).message).split('\n');
  return line!
    .replace(/^\/\S+\/.* was false\. /, '')
    .replace(/^\S+\.cc:\d+ \S+ /, '')
    .trim();
}
