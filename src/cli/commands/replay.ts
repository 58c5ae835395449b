import { replay } from '../../app/replay.js';
import { checkOutput } from '../../files/outputs.js';
import type { CommonOptions } from '../options/options.js';
import type { Context, Outcome } from '../outcome.js';
import { withByteProgress } from '../terminal/byte-progress.js';

interface ReplayOptions extends CommonOptions {
  readonly model?: ReadonlyMap<string, string>;
  readonly out?: string;
}

/** `blend replay FILE`: proves that a blend is what its recipe says. */
export async function replayCommand(
  path: string,
  { model, out, force }: ReplayOptions,
  { signal, terminal }: Context,
): Promise<Outcome> {
  if (out !== undefined) await checkOutput(out, { force, inputs: [path] });
  const { inputs, ...comparison } = await withByteProgress(terminal, 'blending', (onProgress) =>
    replay(path, { models: model, out, force, signal, onProgress }),
  );
  const text = comparison.sameFile ? 'the same file, byte for byte' : 'the same tensors, bit for bit';
  return {
    document: { file: path, inputs, ...comparison, ...(out && { output: out }) },
    lines: [`${path}: ${text} (${comparison.tensors} tensors)`],
  };
}
