import { type Checkpoint, requireStyleGan2 } from '../checkpoint/checkpoint.js';
import { withTensors } from '../checkpoint/with-tensors.js';
import type { Engine } from '../engine/index.js';
import { compileStaged } from '../engine/staged.js';
import { EngineError, throwIfAborted } from '../errors.js';
import { noiseFeeds, noiseInputsOf, ownNoise } from '../generator/noise-layers.js';
import { styleGan2 } from '../generator/stylegan2/network.js';
import { loadWeights, type Weights } from '../generator/weights.js';
import {
  add,
  gradients,
  input,
  type Program,
  program,
  reshape,
  type Shape,
  type Tensor,
} from '../graph/index.js';
import { type Loss, pixelLoss, pyramidLoss } from '../metric/loss.js';
import { Adam } from './adam.js';
import type { Latents } from './projector.js';
import { repeated } from './search-space.js';

/** Of Adam (Roich et al. 2021). */
const LEARNING_RATE = 3e-4;

export interface TuningOptions {
  readonly steps: number;
  /** Default: 3e-4. */
  readonly learningRate?: number;
  /** Called before each update. */
  readonly onStep?: (tried: { readonly step: number; readonly distance: number }) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

export interface Tuned {
  /** The tensors that were tuned, by canonical name: all of the synthesis network but its noise. */
  readonly tensors: ReadonlyMap<string, Float32Array>;
  /** Distance of the tuned generator's picture, without the pixels' own term. */
  readonly distance: number;
  /** That picture, [3, resolution, resolution]. */
  readonly image: Float32Array;
  /** Updates made until it came nearest. */
  readonly steps: number;
}

/** The generator with its tuned weights; the original has to stay open. */
export function tunedCheckpoint(original: Checkpoint, { tensors }: Pick<Tuned, 'tensors'>): Checkpoint {
  return withTensors(original, tensors, `${original.origin.path}, tuned`);
}

/** Bends a generator so that it makes certain pictures. Calls must not overlap. */
export interface Tuner extends AsyncDisposable {
  /**
   * Every call starts from the generator as it is in its file.
   * @param target [3, resolution, resolution], -1..1
   * @param pivot where the target was found; without noise maps the generator's own are taken
   */
  tune(target: Float32Array, pivot: Pick<Latents, 'w' | 'noise'>, options: TuningOptions): Promise<Tuned>;
  dispose(): Promise<void>;
}

/**
 * Pivotal tuning (Roich et al. 2021, "Pivotal Tuning for Latent-based Editing of Real Images", section 3.1): w and
 * noise stay where the projector found them, and Adam moves the weights of the synthesis network until it makes the
 * very picture there. Without the regulariser of section 3.3, as in the published code unless it is asked for. The
 * checkpoint may be closed afterwards.
 * @param settings.loss how pictures are compared, beside the squared difference of their pixels. Default: the pyramid
 * @throws InputFileError `ARCHITECTURE_NOT_RENDERED` for a generator that is not a StyleGAN2, `TENSOR_NOT_FINITE`;
 *   EngineError `ENGINE_CANNOT_TUNE`; AbortedError
 */
export async function createTuner(
  checkpoint: Checkpoint,
  engine: Engine,
  settings: { readonly loss?: Loss; readonly signal?: AbortSignal } = {},
): Promise<Tuner> {
  requireStyleGan2(checkpoint);
  if (engine.name === 'tfjs') {
    throw new EngineError(
      'ENGINE_CANNOT_TUNE',
      `engine ${engine.name}: expected one whose kernels may change`,
      {
        hint: 'use `engine: onnxruntime`',
      },
    );
  }
  const { signal, loss = pyramidLoss } = settings;
  const weights = await loadWeights(checkpoint, { signal });
  const { graph, variables, own, rows } = tuningProgram(weights, loss);
  const executable = await compileStaged(engine, graph, ['target', 'w', ...Object.keys(noiseFeeds(own))]);
  const tuner: Tuner = {
    async tune(target, { w, noise }, { steps, learningRate = LEARNING_RATE, onStep, ...options }) {
      const feeds = await executable.prepare({
        target,
        w: repeated(w, (rows * weights.architecture.wDim) / w.length),
        ...noiseFeeds(noise.size > 0 ? noise : own),
      });
      const values = new Map(variables.map((name) => [name, weights.values(name).slice()]));
      const optimisers = variables.map((name) => [name, new Adam(values.get(name)!)] as const);
      const inputs = {
        ...feeds,
        ...Object.fromEntries([...values].map(([name, one]) => [variable(name), one])),
      };
      let best: Tuned | undefined;
      for (let step = 0; ; step++) {
        throwIfAborted(options.signal);
        const results = await executable.run(inputs);
        const distance = results['distance']![0]!;
        if (best === undefined || distance < best.distance) {
          best = { tensors: copied(values, best?.tensors), distance, image: results['image']!, steps: step };
        }
        if (step === steps) return best;
        await onStep?.({ step, distance });
        for (const [name, adam] of optimisers) adam.update(results[`gradient.${name}`]!, learningRate);
      }
    },
    dispose: () => executable.dispose(),
    [Symbol.asyncDispose]() {
      return this.dispose();
    },
  };
  return tuner;
}

/** A step of the tuning as a graph. */
export interface TuningProgram {
  readonly graph: Program;
  /** Names of the tensors that are inputs and have gradients. */
  readonly variables: readonly string[];
  /** The generator's own noise. */
  readonly own: ReturnType<typeof ownNoise>;
  /** Of w. */
  readonly rows: number;
}

/** Weights, w [1, rows, w_dim], noise maps and target in; picture, distance and the gradients of the weights out. */
export function tuningProgram(weights: Weights, loss: Loss): TuningProgram {
  const inputs = new Map<string, Tensor>();
  const network = styleGan2(weights.architecture, {
    ...weights,
    variable(name: string, shape: Shape) {
      if (!inputs.has(name)) inputs.set(name, input(variable(name), [weights.values(name).length]));
      return reshape(inputs.get(name)!, shape);
    },
  });
  const { resolution } = weights.architecture;
  const w = input('w', [1, network.space.rows, network.space.dim]);
  const target = input('target', [1, 3, resolution, resolution]);
  const image = network.synthesis(w, noiseInputsOf(network.noiseLayers));
  const distance = loss.distance(image, target);
  const pixels = pixelLoss.distance(image, target);
  const names = [...inputs.keys()];
  const toWeights = gradients(add(distance, pixels), [...inputs.values()]);
  const outputs = names.map((name, k) => [`gradient.${name}`, toWeights[k]!]);
  return {
    graph: program({ image, distance, ...Object.fromEntries(outputs) }),
    variables: names,
    own: ownNoise(network),
    rows: network.space.rows,
  };
}

/** What a tensor is called as an input of the graph. */
function variable(name: string): string {
  return `weight.${name}`;
}

/** A copy of all values, into the arrays of an earlier one if there is one. */
function copied(
  values: ReadonlyMap<string, Float32Array>,
  into: ReadonlyMap<string, Float32Array> | undefined,
): ReadonlyMap<string, Float32Array> {
  if (into === undefined) return new Map([...values].map(([name, one]) => [name, one.slice()]));
  for (const [name, one] of values) into.get(name)!.set(one);
  return into;
}
