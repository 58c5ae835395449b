import { type Engine, type Executable, underKey } from '../engine/index.js';
import { throwIfAborted } from '../errors.js';
import type { GeneratorNetwork } from '../generator/generator.js';
import { mappingProgram } from '../generator/programs.js';
import { RandomState } from '../generator/random-state.js';
import type { SeedOptions } from './styles.js';
import { labelOf, truncated } from './styles.js';

/** The mapping network of a generator; compiled when it is first used. */
export interface Mapper {
  /** z [z_dim] -> w [w_dim] before truncation; for a PGGAN z itself with the label behind it. */
  map(z: Float32Array, classIndex?: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** @param key under which the engine may keep it compiled */
export function createMapper(network: GeneratorNetwork, engine: Engine, key?: string): Mapper {
  let executable: Executable | undefined;
  return {
    async map(z, classIndex) {
      const label = labelOf(network.architecture, classIndex);
      const build = async () => mappingProgram(network, 1);
      executable ??= await engine.compile(await underKey(key, build));
      return (await executable.run(label === undefined ? { z } : { z, label }))['w']!;
    },
    dispose: async () => executable?.dispose(),
  };
}

/** The z of a seed, [z_dim]: numpy's RandomState(seed).randn. */
export function zOf(seed: number, { architecture }: Pick<GeneratorNetwork, 'architecture'>): Float32Array {
  return Float32Array.from(new RandomState(seed).randn(architecture.zDim));
}

/**
 * ws [rows, dim] of seeds, truncated, where nothing else of a generator is wanted.
 * @throws UsageError as `labelOf` and `truncated`; AbortedError
 */
export async function mapSeeds(
  network: GeneratorNetwork,
  engine: Engine,
  seeds: readonly number[],
  options: SeedOptions & { readonly signal?: AbortSignal },
): Promise<Float32Array[]> {
  const mapper = createMapper(network, engine);
  try {
    const styles: Float32Array[] = [];
    for (const seed of seeds) {
      throwIfAborted(options.signal);
      const w = await mapper.map(zOf(seed, network), options.classIndex);
      styles.push(truncated(w, network.average, network.architecture, options));
    }
    return styles;
  } finally {
    await mapper.dispose();
  }
}
