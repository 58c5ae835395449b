import { basename, extname } from 'node:path';
import { openModel } from '../../checkpoint/names.js';
import { throwIfAborted, UsageError } from '../../errors.js';
import { checkExported, type ExportCheck } from '../../export/check-export.js';
import {
  checkExport,
  type ExportedValue,
  type ExportOptions as ExportSettings,
  exportOnnx,
} from '../../export/export-onnx.js';
import { exportReadme, type NamedModel } from '../../export/readme.js';
import type { ExportedNoise } from '../../export/synthesis-graph.js';
import { writeFileAtomically } from '../../files/atomic-write.js';
import { checkOutput } from '../../files/outputs.js';
import type { CommonOptions } from '../options/options.js';
import type { Context, Outcome } from '../outcome.js';
import { grouped } from '../terminal/table.js';

interface ExportOptions extends CommonOptions {
  readonly network?: string;
  readonly out: string;
  readonly parts?: true;
  readonly noise: ExportedNoise;
  readonly cutoff?: number | 'input';
  readonly fp16?: true;
  readonly half?: true;
  readonly check?: true;
}

/** `blend export MODEL`: the generator as ONNX, with a page about its inputs and outputs beside it. */
export async function exportCommand(
  model: string,
  options: ExportOptions,
  { signal, terminal }: Context,
): Promise<Outcome> {
  const { force, noise, cutoff, parts, fp16, half } = options;
  const names = fileNames(options);
  const checkpoint = await openModel(model, { network: options.network });
  try {
    const settings: ExportSettings = { noise, cutoff, parts, storeHalves: fp16, half, signal };
    checkExport(checkpoint, settings);
    const inputs = [checkpoint.origin.path];
    for (const path of Object.values(names)) await checkOutput(path, { force, inputs });

    const models = await exportOnnx(checkpoint, settings);
    const check = options.check === true ? await checkExported(checkpoint, models, settings) : undefined;
    throwIfAborted(signal);
    const named = models.map((one): NamedModel => ({ ...one, file: basename(names[one.part]!) }));
    for (const { part, bytes } of named) await writeFileAtomically(names[part]!, bytes, { force });
    await writeFileAtomically(names['readme']!, Buffer.from(exportReadme(named, check)), { force });
    for (const line of named.map(describe)) terminal.info(line);
    if (check !== undefined) terminal.info(describeCheck(check));
    return {
      document: {
        model: checkpoint.origin.path,
        readme: names['readme'],
        models: named.map(({ part, bytes, inputs, outputs, metadata }) => ({
          part,
          output: names[part],
          bytes: bytes.length,
          inputs,
          outputs,
          metadata,
        })),
        ...(check === undefined ? {} : { check }),
      },
      lines: Object.values(names),
    };
  } finally {
    await checkpoint.close();
  }
}

/** The files that are written, by part. Parts are g-mapping.onnx and g-synthesis.onnx where one would be g.onnx. */
function fileNames({ out, parts }: ExportOptions): Record<string, string> {
  const extension = extname(out);
  if (extension.toLowerCase() !== '.onnx') {
    throw new UsageError('EXPORT_FORMAT', `--out: expected a name ending in .onnx, found ${out}`);
  }
  const stem = out.slice(0, -extension.length);
  const readme = `${stem}.md`;
  if (parts !== true) return { generator: out, readme };
  return { mapping: `${stem}-mapping${extension}`, synthesis: `${stem}-synthesis${extension}`, readme };
}

function describe({ file, part, bytes, inputs, outputs }: NamedModel): string {
  const list = (values: readonly ExportedValue[]) =>
    values.map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
  const shown = list(inputs.filter(({ name }) => !name.startsWith('noise.')));
  const maps = inputs.length - shown.length;
  const ins = [...shown, ...(maps === 0 ? [] : [`${maps} noise maps`])];
  return `${file}: ${part}, ${ins.join(', ')} -> ${list(outputs)}, ${grouped(bytes.length)} bytes`;
}

function describeCheck({ seeds, difference, levels }: ExportCheck): string {
  return `checked with seeds ${seeds.join(' and ')}: at most ${difference.toExponential(1)} from what blend render makes, ${levels} of 255 levels`;
}
