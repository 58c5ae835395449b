import { type Checkpoint, requireRendered } from '../checkpoint/checkpoint.js';
import { throwIfAborted, UsageError } from '../errors.js';
import type { GeneratorNetwork } from '../generator/generator.js';
import { latentSpaceOf } from '../generator/latent-space.js';
import { loadGenerator } from '../generator/load-generator.js';
import { type Program, program, type Shape } from '../graph/index.js';
import { toOnnx } from '../graph/onnx/lower.js';
import { BATCH_NAME, isOpen, OPEN_BATCH } from '../graph/onnx/open-batch.js';
import { exportMetadata } from './export-metadata.js';
import type { ExportSettings } from './export-options.js';
import { latentsGraph } from './latents-graph.js';
import { synthesisGraph } from './synthesis-graph.js';
import { meaningOf } from './value-meanings.js';

/** An input or output of an exported model: 32-bit floats. */
export interface ExportedValue {
  /** What the model calls it. */
  readonly name: string;
  /** `N` is any number of pictures; [] is a single number. */
  readonly shape: readonly (number | typeof BATCH_NAME)[];
  /** What it is, in words. */
  readonly meaning: string;
}

/** A model as the bytes of an ONNX file. */
export interface ExportedModel {
  readonly part: 'generator' | 'mapping' | 'synthesis';
  readonly bytes: Uint8Array;
  readonly inputs: readonly ExportedValue[];
  readonly outputs: readonly ExportedValue[];
  /** What the file carries in `metadata_props`: where the model comes from, recipe, settings. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * A generator as an ONNX model of its own, for any runtime: z [N, z_dim] (with `label` and `psi` where the generator
 * knows them) in, `image` [N, 3, resolution, resolution] out, for any N. In two parts, `ws` [N, rows, w_dim] goes
 * between them.
 *
 * @throws InputFileError as `loadGenerator`; UsageError `PARTS_MISSING` for parts of a PGGAN, which has no mapping
 *   network, `CUTOFF_OUT_OF_RANGE`, `HALF_MISSING` for other generators than StyleGAN2 in halves
 */
export async function exportOnnx(
  checkpoint: Checkpoint,
  options: ExportSettings = {},
): Promise<ExportedModel[]> {
  checkExport(checkpoint, options);
  const network = await loadGenerator(checkpoint, options);
  throwIfAborted(options.signal);
  const metadata = await exportMetadata(checkpoint, options);
  return Object.entries(programsOf(network, options)).map(([part, what]) => {
    throwIfAborted(options.signal);
    return exportedModel(part as ExportedModel['part'], what, network, metadata, options);
  });
}

/** Checks everything that can be checked before weights are read. Errors as {@link exportOnnx}. */
export function checkExport(checkpoint: Checkpoint, { parts, cutoff, half }: ExportSettings): void {
  const architecture = requireRendered(checkpoint);
  if (half === true && architecture.family !== 'stylegan2') {
    throw new UsageError(
      'HALF_MISSING',
      `${checkpoint.origin.path}: expected a StyleGAN2 generator for half precision, found ${architecture.family}`,
      { hint: 'compute in 32 bits; `dtype` f16 stores weights as halves in any generator' },
    );
  }
  const { rows } = latentSpaceOf(architecture);
  if (architecture.family === 'pggan' && (parts === true || cutoff !== undefined)) {
    throw new UsageError(
      parts === true ? 'PARTS_MISSING' : 'TRUNCATION_MEANINGLESS',
      `${checkpoint.origin.path}: expected a generator with a mapping network, found a PGGAN`,
      { hint: `leave out \`${parts === true ? 'parts' : 'cutoff'}\`` },
    );
  }
  if (typeof cutoff !== 'number' || (Number.isInteger(cutoff) && cutoff >= 0 && cutoff <= rows)) return;
  throw new UsageError(
    'CUTOFF_OUT_OF_RANGE',
    `\`cutoff\`: expected a whole number 0..${rows}, found ${cutoff}`,
  );
}

function programsOf(network: GeneratorNetwork, options: ExportSettings): Record<string, Program> {
  const { parts = false, noise = 'const', cutoff = network.space.cutoff } = options;
  const ws = latentsGraph(network, OPEN_BATCH, cutoff);
  if (!parts) return { generator: program({ image: synthesisGraph(network, ws, noise) }) };
  return { mapping: program({ ws }), synthesis: program({ image: synthesisGraph(network, 'input', noise) }) };
}

function exportedModel(
  part: ExportedModel['part'],
  what: Program,
  network: GeneratorNetwork,
  metadata: Readonly<Record<string, string>>,
  { half = false, storeHalves = half }: ExportSettings,
): ExportedModel {
  const described = (name: string, shape: Shape): ExportedValue => ({
    name,
    shape: shape.map((extent) => (isOpen(extent) ? BATCH_NAME : extent)),
    meaning: meaningOf(name, network),
  });
  const inputs = [...what.inputs].map(([name, shape]) => described(name, shape));
  const outputs = [...what.outputs].map(([name, { shape }]) => described(name, shape));
  const own = { ...metadata, part };
  const bytes = toOnnx(what, {
    metadata: own,
    meanings: Object.fromEntries([...inputs, ...outputs].map(({ name, meaning }) => [name, meaning])),
    storeHalves,
    halves: half,
  });
  return { part, bytes, inputs, outputs, metadata: own };
}
