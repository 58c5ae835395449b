import { constant, type Program, program } from '../graph/index.js';
import type { Engine, Values } from './engine.js';

/**
 * Values that take long to compute and are the same in every process: from where the engine keeps compiled programs,
 * if it does, as a program that is nothing but constants. Its rules hold for them too: bounded, checked, safe to
 * share.
 * @param key as that of a recipe; undefined keeps nothing
 */
export async function keptValues(
  engine: Engine,
  key: string | undefined,
  compute: () => Promise<Values>,
): Promise<Values> {
  if (key === undefined || !engine.keeps) return compute();
  let computed: Values | undefined;
  await using executable = await engine.compile({
    key,
    async build() {
      computed = await compute();
      return constants(computed);
    },
  });
  return computed ?? (await executable.run({}));
}

function constants(values: Values): Program {
  const entries = Object.entries(values);
  return program(Object.fromEntries(entries.map(([name, one]) => [name, constant(one, [one.length])])));
}
