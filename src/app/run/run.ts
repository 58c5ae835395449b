import type { StyleganBlendError } from '../../errors.js';

/** How far a part of the work is. */
export interface Progress {
  /** What is being worked on: `rendering`, or the name of a picture. */
  readonly stage: string;
  /** Steps so far, of `total`. A stage that is not finished may be given up for the next. */
  readonly done: number;
  readonly total: number;
  /** What a step is, where it is a byte. */
  readonly unit?: 'bytes';
  /** What an optimiser has reached. */
  readonly loss?: number;
}

/** Something worth knowing while the work goes on. */
export interface Notice {
  /** `info` says what is done and how; a `warning` is also among those of the answer. */
  readonly kind: 'info' | 'warning';
  readonly message: string;
}

/** What every function of the application takes beside its own options. */
export interface Run {
  /** Stops the work: it throws an AbortedError then, and leaves nothing half-written. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onNotice?: (notice: Notice) => void;
}

/** What a function of the application answers. */
export interface Answer<Document> {
  /** What was done, as plain JSON values; the command line prints it with `--json`. */
  readonly document: Document;
  /** What one should know although the work was done. */
  readonly warnings: readonly string[];
  /** Where the work was done only in part: why. */
  readonly failure?: StyleganBlendError;
}

/** Tells the caller of a run what goes on. */
export class Report {
  private readonly warnings: string[] = [];

  constructor(private readonly run: Run) {}

  get signal(): AbortSignal | undefined {
    return this.run.signal;
  }

  info(message: string): void {
    this.run.onNotice?.({ kind: 'info', message });
  }

  /** Once, however many parts of the work find it out. */
  warn(message: string): void {
    if (this.warnings.includes(message)) return;
    this.warnings.push(message);
    this.run.onNotice?.({ kind: 'warning', message });
  }

  /** Begins a stage; what it returns is called after each of its steps. */
  stage(stage: string, total: number): (done: number, detail?: { readonly loss?: number }) => void {
    return (done, detail) => this.run.onProgress?.({ stage, done, total, ...detail });
  }

  /** A stage that is counted in bytes, whose number shows once it has begun. */
  bytes(stage: string): (done: number, total: number) => void {
    return (done, total) => this.run.onProgress?.({ stage, done, total, unit: 'bytes' });
  }

  answer<Document>(document: Document, failure?: StyleganBlendError): Answer<Document> {
    return { document, warnings: this.warnings, failure };
  }
}
