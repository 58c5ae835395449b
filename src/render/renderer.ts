import type { RenderedArchitecture } from '../checkpoint/architecture/architecture.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { Engine, Executable } from '../engine/index.js';
import { throwIfAborted } from '../errors.js';
import type { GeneratorNetwork } from '../generator/generator.js';
import type { LatentSpace } from '../generator/latent-space.js';
import { loadGenerator, loadMapping } from '../generator/load-generator.js';
import { networkKey } from '../generator/network-key.js';
import { type NoiseMaps, noiseFeeds } from '../generator/noise-layers.js';
import { synthesisProgram } from '../generator/programs.js';
import { type Picture, toPicture } from '../picture/picture.js';
import { createMapper, zOf } from './map-seeds.js';
import { type NoiseMode, noiseOf } from './noise-modes.js';
import { type SeedOptions, truncated } from './styles.js';

/** Renders pictures with one generator. Calls must not overlap. */
export interface Renderer extends AsyncDisposable {
  readonly architecture: RenderedArchitecture;
  /** What pictures are made from: w, or z for a PGGAN, which has no W. */
  readonly space: LatentSpace;
  /** The average w, [w_dim]; undefined for a PGGAN, and where the file lacks it. */
  readonly wAvg: Float32Array | undefined;
  /** w of a seed before truncation, [w_dim]: the mapping network applied to numpy's RandomState(seed).randn. For a
   * PGGAN that z itself, with the one-hot label behind it. */
  w(seed: number, classIndex?: number): Promise<Float32Array>;
  /** w of any z [z_dim]. */
  map(z: Float32Array, classIndex?: number): Promise<Float32Array>;
  /** Rows of ws for a seed, [rows, w_dim], truncated. */
  styles(seed: number, options?: SeedOptions): Promise<Float32Array>;
  /** The checkpoint's noise, random noise of a seed, or none. */
  noise(mode: NoiseMode, seed?: number): NoiseMaps;
  /** The picture of ws [rows, w_dim]: [3, resolution, resolution], about -1..1. */
  image(ws: Float32Array, noise: NoiseMaps): Promise<Float32Array>;
  /** The same as 8-bit picture. */
  picture(ws: Float32Array, noise: NoiseMaps): Promise<Picture>;
  dispose(): Promise<void>;
}

/**
 * Loads a generator and compiles it, in halves where the engine says so; the checkpoint may be closed afterwards.
 * @throws InputFileError as `loadGenerator`; AbortedError
 */
export async function createRenderer(
  checkpoint: Checkpoint,
  engine: Engine,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Renderer> {
  throwIfAborted(options.signal);
  const key = await networkKey(checkpoint);
  const load = () => loadGenerator(checkpoint, { ...options, half: engine.half });
  if (key === undefined) return rendererOf(await load(), engine);
  let whole: GeneratorNetwork | undefined;
  const synthesize = await engine.compile({
    key: `synthesis${engine.half ? ' in halves' : ''} ${key}`,
    async build() {
      whole = await load();
      return synthesisProgram(whole);
    },
  });
  // Where the engine keeps the network from before, most of the file's tensors need not be read.
  return assembled(whole ?? (await loadMapping(checkpoint)), engine, synthesize, `mapping ${key}`);
}

/** {@link createRenderer} for a network that is loaded. */
export async function rendererOf(network: GeneratorNetwork, engine: Engine): Promise<Renderer> {
  return assembled(network, engine, await engine.compile(synthesisProgram(network)));
}

function assembled(
  network: GeneratorNetwork,
  engine: Engine,
  synthesize: Executable,
  mappingKey?: string,
): Renderer {
  const { architecture, space } = network;
  const mapper = createMapper(network, engine, mappingKey);

  const renderer: Renderer = {
    architecture,
    space,
    wAvg: network.average,
    w: (seed, classIndex) => mapper.map(zOf(seed, network), classIndex),
    map: mapper.map,
    async styles(seed, options = {}) {
      const w = await renderer.w(seed, options.classIndex);
      return truncated(w, renderer.wAvg, architecture, options);
    },
    noise: (mode, seed = 0) => noiseOf(mode, network, seed),
    async image(ws, noise) {
      return (await synthesize.run({ ws, ...noiseFeeds(noise) }))['image']!;
    },
    picture: async (ws, noise) => toPicture(await renderer.image(ws, noise)),
    async dispose() {
      await synthesize.dispose();
      await mapper.dispose();
    },
    [Symbol.asyncDispose]() {
      return this.dispose();
    },
  };
  return renderer;
}
