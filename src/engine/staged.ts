import { inStages, type Program } from '../graph/index.js';
import type { Engine, Executable, Values } from './engine.js';

/** A program some of whose inputs stay the same over many runs. */
export interface StagedExecutable extends Executable {
  /** What depends on those inputs only, computed once: to be given to `run` in their place. */
  prepare(fixed: Values): Promise<Values>;
}

/**
 * Compiles a program so that its part that depends on the inputs called `names` only is not computed again at each run.
 * Values that are prepared take memory until they are let go.
 */
export async function compileStaged(
  engine: Engine,
  what: Program,
  names: readonly string[],
): Promise<StagedExecutable> {
  const { early, late } = inStages(what, names);
  const first = early.outputs.size > 0 ? await engine.compile(early) : undefined;
  const rest = await engine.compile(late);
  return {
    prepare: async (fixed) => ({ ...fixed, ...(await first?.run(fixed)) }),
    run: (inputs) => rest.run(inputs),
    dispose: async () => {
      await Promise.all([first?.dispose(), rest.dispose()]);
    },
  };
}
