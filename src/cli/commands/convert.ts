import { stat } from 'node:fs/promises';
import { type OutputForm, outputForm, requireNoDType } from '../../app/blending/output-form.js';
import { openCheckpointFile } from '../../checkpoint/checkpoint-file.js';
import { convertCheckpoint } from '../../checkpoint/convert/convert.js';
import { resolveModel } from '../../checkpoint/names.js';
import { checkOutput } from '../../files/outputs.js';
import type { WrittenDType } from '../../formats/dtype.js';
import type { CommonOptions } from '../options/options.js';
import type { Context, Outcome } from '../outcome.js';
import { withByteProgress } from '../terminal/byte-progress.js';

interface ConvertOptions extends CommonOptions {
  readonly container?: string;
  readonly network?: string;
  readonly dtype?: WrittenDType;
  readonly lossy?: true;
  readonly dryRun?: true;
}

/** `blend convert IN OUT`: writes a network in another form. */
export async function convertCommand(
  input: string,
  output: string,
  options: ConvertOptions,
  { signal, terminal }: Context,
): Promise<Outcome> {
  const { dtype, force, dryRun } = options;
  const { path } = resolveModel(input);
  const container = options.container === undefined ? undefined : resolveModel(options.container).path;
  const form = await formOf(output, container);
  requireNoDType(form, dtype);
  if (dryRun !== true) {
    await checkOutput(output, { force, inputs: [path, ...(container === undefined ? [] : [container])] });
  }
  const format = form.kind === 'in-place' ? 'container' : form.kind;
  const report = await withByteProgress(terminal, 'converting', (onProgress) =>
    convertCheckpoint(path, output, { ...options, format, container, signal, onProgress }),
  );
  const { networks, lost, inPlace } = report;
  const what = `${networks.join(', ')} of ${path}`;
  if (lost.length > 0) terminal.warn(`${dryRun === true ? 'would be lost' : 'lost'}: ${lost.join('; ')}`);
  const document = {
    ...(dryRun === true ? { dryRun } : {}),
    input: path,
    output,
    form: form.kind,
    ...(container === undefined ? { dtype: dtype ?? 'f32' } : { container }),
    networks,
    lost,
    ...(inPlace === undefined ? {} : { inPlace }),
  };
  if (dryRun === true)
    return { document, lines: [`would write ${what} to ${output} (${describe(form, dtype)})`] };
  terminal.info(`converted: ${what} (${describe(form, dtype)})`);
  return { document: { ...document, bytes: (await stat(output)).size }, lines: [output] };
}

/** The container is opened to see what it is; `convertCheckpoint` opens it for its own use. */
async function formOf(output: string, path: string | undefined): Promise<OutputForm> {
  if (path === undefined) return outputForm(output, {});
  const container = await openCheckpointFile(path);
  try {
    return outputForm(output, { container });
  } finally {
    await container.close();
  }
}

function describe(form: OutputForm, dtype: WrittenDType = 'f32'): string {
  if (form.kind === 'in-place') return `in place of ${form.container.path}`;
  return form.kind === 'rosinality' ? `rosinality, ${dtype}` : `safetensors, ${dtype}`;
}
