import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { modelLabel, openModel } from '../../checkpoint/names.js';

/** A generator: open, or the name or path of one. */
export type ModelSource = string | Checkpoint;

/** Open generators and what to call them, for as long as a block goes on; those that came open stay so. */
export class Held implements AsyncDisposable {
  private readonly own: Checkpoint[] = [];

  /**
   * Opens a generator that is named.
   * @throws as `openModel`
   */
  async open(source: ModelSource, options: { readonly network?: string } = {}): Promise<Checkpoint> {
    if (typeof source !== 'string') return source;
    const checkpoint = await openModel(source, options);
    this.own.push(checkpoint);
    return checkpoint;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.own.map((checkpoint) => checkpoint.close()));
  }
}

/** What to call a generator: `toonhead` of `models/toonhead.pkl`. */
export function labelOfModel(source: ModelSource): string {
  return modelLabel(typeof source === 'string' ? source : source.origin.path);
}
