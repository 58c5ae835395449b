import { stat } from 'node:fs/promises';
import { openCheckpointFile } from '../checkpoint/checkpoint-file.js';
import { convertCheckpoint } from '../checkpoint/convert/convert.js';
import type { ConversionOptions } from '../checkpoint/convert/convert-options.js';
import type { InPlaceReport } from '../checkpoint/in-place/plan-in-place.js';
import { resolveModel } from '../checkpoint/names.js';
import type { NetworkName } from '../checkpoint/readers/network-names.js';
import { checkOutput } from '../files/outputs.js';
import type { WrittenDType } from '../formats/dtype.js';
import { type OutputForm, outputForm, requireNoDType } from './blending/output-form.js';
import { type Answer, Report, type Run } from './run/run.js';

export interface ConvertOptions
  extends Run,
    Pick<ConversionOptions, 'container' | 'network' | 'dtype' | 'lossy' | 'dryRun' | 'force'> {}

/** What `convert` answers. */
export interface ConvertDocument {
  /** There where nothing was written. */
  readonly dryRun?: true;
  /** The file that was read. */
  readonly input: string;
  /** The file that was written, or would be. */
  readonly output: string;
  /** `safetensors`, `rosinality`, or `in-place` of a container. */
  readonly form: OutputForm['kind'];
  /** How numbers are stored, where no container decides. */
  readonly dtype?: WrittenDType;
  /** The file whose form the output takes. */
  readonly container?: string;
  /** The networks that were written, such as `G_ema`. */
  readonly networks: readonly NetworkName[];
  /** What the output lacks of the input, in words. */
  readonly lost: readonly string[];
  /** What became of a container's tensors. */
  readonly inPlace?: InPlaceReport;
  /** Size of the output. */
  readonly bytes?: number;
}

/**
 * Writes a network in another form, by the extension of `out`: .safetensors, .pt, or in place of a container.
 *
 * @param model name of a generator, or path of a file
 * @throws as `resolveModel`, `outputForm`, `convertCheckpoint`; OutputError; AbortedError
 * @example await convert('ffhq.pkl', 'ffhq.safetensors', { network: 'G_ema', dtype: 'f16' });
 */
export async function convert(
  model: string,
  out: string,
  options: ConvertOptions = {},
): Promise<Answer<ConvertDocument>> {
  const report = new Report(options);
  const { dtype, network, lossy, dryRun = false, force, signal } = options;
  const { path: input } = resolveModel(model);
  const container = options.container === undefined ? undefined : resolveModel(options.container).path;
  const form = await formOf(out, container);
  requireNoDType(form, dtype);
  if (!dryRun) {
    await checkOutput(out, { force, inputs: [input, ...(container === undefined ? [] : [container])] });
  }
  const { networks, lost, inPlace } = await convertCheckpoint(input, out, {
    ...{ container, network, dtype, lossy, dryRun, force, signal },
    format: form.kind === 'in-place' ? 'container' : form.kind,
    onProgress: report.bytes('converting'),
  });
  if (lost.length > 0) report.warn(`${dryRun ? 'would be lost' : 'lost'}: ${lost.join('; ')}`);
  return report.answer({
    dryRun: dryRun ? true : undefined,
    input,
    output: out,
    form: form.kind,
    dtype: container === undefined ? (dtype ?? 'f32') : undefined,
    container,
    networks,
    lost,
    inPlace,
    bytes: dryRun ? undefined : (await stat(out)).size,
  });
}

/** The container is opened to see what it is; `convertCheckpoint` opens it for its own use. */
async function formOf(output: string, path: string | undefined): Promise<OutputForm> {
  if (path === undefined) return outputForm(output, {});
  await using container = await openCheckpointFile(path);
  return outputForm(output, { container });
}
