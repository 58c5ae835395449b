import { inStages, type Program, program, scalar } from '../graph/index.js';
import { built, type Engine, type Executable, type ProgramRecipe, type Values } from './engine.js';

/** A program some of whose inputs stay the same over many runs. */
export interface StagedExecutable extends Executable {
  /** What depends on those inputs only, computed once: to be given to `run` in their place. */
  prepare(fixed: Values): Promise<Values>;
}

/**
 * Compiles a program so that its part that depends on the inputs called `names` only is not computed again at each
 * run. Values that are prepared take memory until they are let go.
 */
export async function compileStaged(
  engine: Engine,
  what: Program | ProgramRecipe,
  names: readonly string[],
): Promise<StagedExecutable> {
  const { first, rest } = await compiled(engine, what, names);
  const dispose = async () => {
    await Promise.all([first?.dispose(), rest.dispose()]);
  };
  return {
    prepare: async (fixed) => ({ ...fixed, ...(await first?.run(fixed)) }),
    run: (inputs) => rest.run(inputs),
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

async function compiled(
  engine: Engine,
  what: Program | ProgramRecipe,
  names: readonly string[],
): Promise<{ first: Executable | undefined; rest: Executable }> {
  if (!('build' in what && engine.keeps)) {
    const { early, late } = inStages(await built(what), names);
    const first = early.outputs.size > 0 ? await engine.compile(early) : undefined;
    return { first, rest: await engine.compile(late) };
  }
  let stages: ReturnType<typeof inStages> | undefined;
  const build = async () => {
    stages ??= inStages(await what.build(), names);
    return stages;
  };
  const key = `${what.key}, staged by ${names}`;
  const rest = await engine.compile({ key: `${key}: late`, build: async () => (await build()).late });
  const first = await engine.compile({
    key: `${key}: early`,
    async build() {
      const { early } = await build();
      return early.outputs.size > 0 ? early : NOTHING;
    },
  });
  return { first, rest };
}

/** For programs without an early part: engines have no empty ones. */
const NOTHING = program({ 'early.nothing': scalar(0) });
