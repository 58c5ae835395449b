import type { Tensor } from 'onnxruntime-web';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { openOnnx } from '../engine/onnx/engine.js';
import { loadRuntime } from '../engine/onnx/load.js';
import type { OnnxRuntime } from '../engine/onnx/runtime.js';
import { throwIfAborted } from '../errors.js';
import { RandomState } from '../generator/random-state.js';
import { toPicture } from '../picture/picture.js';
import { createRenderer, type Renderer } from '../render/renderer.js';
import { labelOf } from '../render/styles.js';
import type { ExportedModel } from './export-onnx.js';
import type { ExportSettings } from './export-options.js';

/** How far an exported model is from our own renderer, over all pixels of a few faces. */
export interface ExportCheck {
  /** The faces. */
  readonly seeds: readonly number[];
  /** Largest difference of a value of the picture, which is about -1..1. */
  readonly difference: number;
  /** The same of the 8-bit pictures, in levels of 255. */
  readonly levels: number;
}

const SEEDS = [0, 85];

/** Where faces can be truncated they are, so that psi is checked too. */
const PSI = 0.7;

/**
 * Runs an exported model in ONNX Runtime on the processor, all faces in one batch, and compares its pictures with
 * those of the renderer.
 * @throws EngineError where neither build of ONNX Runtime can be loaded
 */
export async function checkExported(
  checkpoint: Checkpoint,
  models: readonly ExportedModel[],
  { noise = 'const', cutoff, signal }: ExportSettings = {},
): Promise<ExportCheck> {
  const runtime = await loadRuntime('onnxruntime').catch(() => loadRuntime('onnxruntime-web'));
  const engine = await openOnnx(runtime, { device: 'cpu' });
  await using renderer = await createRenderer(checkpoint, engine, { signal });
  throwIfAborted(signal);
  const maps = renderer.noise(noise === 'none' ? 'none' : 'const');
  const rows = cutoff === 'input' ? renderer.space.cutoff : cutoff;
  const inputs = feedsOf(runtime, models, renderer, rows ?? renderer.space.cutoff);
  const images = await runAll(runtime, models, inputs, signal);
  const size = images.length / SEEDS.length;
  let [difference, levels] = [0, 0];
  for (const [i, seed] of SEEDS.entries()) {
    throwIfAborted(signal);
    const psi = 'psi' in inputs ? PSI : 1;
    const classIndex = renderer.architecture.classes > 0 ? 0 : undefined;
    const own = await renderer.image(await renderer.styles(seed, { psi, cutoff: rows, classIndex }), maps);
    const image = images.subarray(i * size, (i + 1) * size);
    difference = Math.max(difference, largestDifference(image, own));
    levels = Math.max(levels, largestDifference(toPicture(image).data, toPicture(own).data));
  }
  return { seeds: SEEDS, difference, levels };
}

type Feeds = Record<string, Tensor>;

/** Values for every input that is not the output of another part. */
function feedsOf(
  { Tensor }: OnnxRuntime,
  models: readonly ExportedModel[],
  renderer: Renderer,
  cutoff: number,
): Feeds {
  const count = SEEDS.length;
  const { architecture } = renderer;
  const maps = renderer.noise('const');
  const repeated = (row: Float32Array) =>
    Float32Array.from({ length: count * row.length }, (_, i) => row[i % row.length]!);
  const valuesOf = (name: string): Float32Array => {
    if (name === 'z') {
      return Float32Array.from(SEEDS.flatMap((seed) => [...new RandomState(seed).randn(architecture.zDim)]));
    }
    if (name === 'label') return repeated(labelOf(architecture, 0)!);
    if (name === 'psi') return Float32Array.of(PSI);
    if (name === 'cutoff') return Float32Array.of(cutoff);
    return repeated(maps.get(name.replace(/^noise\./, ''))!);
  };
  const made = new Set(models.flatMap(({ outputs }) => outputs.map(({ name }) => name)));
  const wanted = models.flatMap(({ inputs }) => inputs.filter(({ name }) => !made.has(name)));
  return Object.fromEntries(
    wanted.map(({ name, shape }) => {
      const dims = shape.map((extent) => (extent === 'N' ? count : extent));
      return [name, new Tensor('float32', valuesOf(name), dims)];
    }),
  );
}

/** The pictures, after one part has handed its result to the next. */
async function runAll(
  runtime: OnnxRuntime,
  models: readonly ExportedModel[],
  feeds: Feeds,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const values: Feeds = { ...feeds };
  for (const { bytes, inputs } of models) {
    throwIfAborted(signal);
    const session = await runtime.open({ bytes }, 'cpu');
    const own = inputs.map(({ name }) => [name, values[name]!] as const);
    Object.assign(values, await session.run(Object.fromEntries(own)));
    await session.release();
  }
  return values['image']!.data as Float32Array;
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < b.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
