/**
 * Every failure that a user can cause or mend is one of these classes. The message is one line that names the
 * file, tensor or option, what was expected and what was found; `hint` says what to do about it.
 * `code` is stable: programs may rely on it. The class decides the exit code of the command line.
 */
export class StyleganBlendError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = options.hint;
  }
}

/** The call cannot be carried out as it was worded: an option, a name, a combination (exit code 2). */
export class UsageError extends StyleganBlendError {}

/**
 * An option that has to be there. Options are named by their keys, between backticks; the command line words them.
 */
export function optionMissing(option: string, hint: string): UsageError {
  return new UsageError('OPTION_MISSING', `\`${option}\`: expected, but not given`, { hint });
}

/** Two options of which only one can be meant. */
export function optionsExclusive(a: string, b: string, hint?: string): UsageError {
  return new UsageError('OPTIONS_EXCLUSIVE', `\`${a}\` and \`${b}\`: expected one of them, found both`, {
    hint,
  });
}

/** A file that was given to us is missing, damaged, hostile or of the wrong kind (exit code 3). */
export class InputFileError extends StyleganBlendError {}

/** A result cannot be written: it exists already, the folder is missing, the disk is full (exit code 4). */
export class OutputError extends StyleganBlendError {}

/** The machine lacks the device or engine that was asked for (exit code 2: the wording can be changed). */
export class EngineError extends StyleganBlendError {}

/** Some items of a batch failed, the others are done (exit code 5). */
export class PartialError extends StyleganBlendError {}

/** The user or an abort signal stopped the work (exit code 130). */
export class AbortedError extends StyleganBlendError {
  constructor(message = 'stopped before the end') {
    super('ABORTED', message);
  }
}

/** Throws {@link AbortedError} where `signal` has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AbortedError();
}

/**
 * What `work` comes to, or {@link AbortedError} as soon as `signal` fires. The work goes on then; nobody waits for
 * it.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  work.catch(() => {});
  throwIfAborted(signal);
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new AbortedError());
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
