import {
  AbortedError,
  EngineError,
  InputFileError,
  OutputError,
  PartialError,
  UsageError,
} from '../../errors.js';

/** What the shell sees. Part of the interface: scripts rely on these numbers. */
export const EXIT = {
  done: 0,
  internal: 1,
  usage: 2,
  input: 3,
  output: 4,
  partial: 5,
  /** 128 + SIGINT, as shells expect. */
  interrupted: 130,
} as const;

/** The exit code of an error; anything that is no error of ours is a fault of the program. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError || error instanceof EngineError) return EXIT.usage;
  if (error instanceof InputFileError) return EXIT.input;
  if (error instanceof OutputError) return EXIT.output;
  if (error instanceof PartialError) return EXIT.partial;
  if (error instanceof AbortedError) return EXIT.interrupted;
  return EXIT.internal;
}
