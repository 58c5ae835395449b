import { basename, extname } from 'node:path';
import { throwIfAborted, UsageError } from '../errors.js';
import { checkExported, type ExportCheck } from '../export/check-export.js';
import { checkExport, type ExportedModel, type ExportedValue, exportOnnx } from '../export/export-onnx.js';
import type { ExportSettings } from '../export/export-options.js';
import { exportReadme } from '../export/readme.js';
import type { ExportedNoise } from '../export/synthesis-graph.js';
import { writeFileAtomically } from '../files/atomic-write.js';
import { checkOutput } from '../files/outputs.js';
import { Held, type ModelSource } from './run/models.js';
import { type Answer, Report, type Run } from './run/run.js';

export interface ExportOptions extends Run {
  /** Which network of a file with several. */
  readonly network?: string;
  /**
   * The model to write (.onnx), with a page about it beside it. Without it nothing is written: the models are in the
   * answer.
   */
  readonly out?: string;
  /** Mapping and synthesis as two models, OUT-mapping.onnx and OUT-synthesis.onnx. */
  readonly parts?: boolean;
  /** `const`, the default: the generator's own, as part of the model; `input`: asked for at every run; `none`. */
  readonly noise?: ExportedNoise;
  /** How many layers psi truncates, or `input`, which asks for that at every run; all unless given, 8 in StyleGAN. */
  readonly cutoff?: number | 'input';
  /** How weights are stored: f32, or f16, which is half the size; f32 unless given, f16 with `half`. */
  readonly dtype?: 'f32' | 'f16';
  /** Also compute the three highest resolutions in 16-bit floats; StyleGAN2 only. */
  readonly half?: boolean;
  /** Run the model in ONNX Runtime and compare its pictures with those of `render`. */
  readonly check?: boolean;
  /** Replace files that exist already. */
  readonly force?: boolean;
}

/** What `exportModel` answers. */
export interface ExportDocument {
  /** Path of the generator. */
  readonly model: string;
  /** The page about the models. */
  readonly readme?: string;
  /** The models. */
  readonly models: readonly ExportedModelDocument[];
  /** How far pictures are from those of `render`, where that was checked. */
  readonly check?: ExportCheck;
}

/** An exported model. */
export interface ExportedModelDocument {
  /** Which part of the generator: `generator` for all of it, `mapping`, or `synthesis`. */
  readonly part: ExportedModel['part'];
  /** The file. */
  readonly output?: string;
  /** Size of the file. */
  readonly bytes: number;
  /** What it asks for: 32-bit floats. */
  readonly inputs: readonly ExportedValue[];
  /** What it answers. */
  readonly outputs: readonly ExportedValue[];
  /** What the file carries along: where it comes from, recipe, settings. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ExportAnswer extends Answer<ExportDocument> {
  /** The models as the bytes of ONNX files. */
  readonly models: readonly ExportedModel[];
}

/**
 * A generator as an ONNX model, for other programs and for browsers, with a page about its inputs and outputs.
 *
 * @throws as `openModel`, `exportOnnx`, `checkExported`; UsageError `EXPORT_FORMAT`; OutputError; AbortedError
 * @example await exportModel('toonhead', { out: 'toonhead.onnx', check: true });
 */
export async function exportModel(model: ModelSource, options: ExportOptions = {}): Promise<ExportAnswer> {
  const report = new Report(options);
  const { out, force, noise = 'const', cutoff, parts, dtype, half, signal } = options;
  const files = out === undefined ? undefined : fileNames(out, parts === true);
  await using held = new Held();
  const checkpoint = await held.open(model, { network: options.network });
  const storeHalves = dtype === undefined ? undefined : dtype === 'f16';
  const settings: ExportSettings = { noise, cutoff, parts, storeHalves, half, signal };
  checkExport(checkpoint, settings);
  const inputs = [checkpoint.origin.path];
  for (const path of Object.values(files ?? {})) await checkOutput(path, { force, inputs });

  const models = await exportOnnx(checkpoint, settings);
  const check = options.check === true ? await checkExported(checkpoint, models, settings) : undefined;
  throwIfAborted(signal);
  if (files !== undefined) await writeModels(files, models, check, force);
  const document: ExportDocument = {
    model: checkpoint.origin.path,
    readme: files?.readme,
    models: models.map(({ part, bytes, inputs, outputs, metadata }) => {
      return { part, output: files?.[part], bytes: bytes.length, inputs, outputs, metadata };
    }),
    check,
  };
  return { ...report.answer(document), models };
}

type Files = { readonly readme: string } & { readonly [Part in ExportedModel['part']]?: string };

/** The files that are written, by part. Parts are g-mapping.onnx and g-synthesis.onnx where one would be g.onnx. */
function fileNames(out: string, inParts: boolean): Files {
  const extension = extname(out);
  if (extension.toLowerCase() !== '.onnx') {
    throw new UsageError('EXPORT_FORMAT', `\`out\`: expected a name ending in .onnx, found ${out}`);
  }
  const stem = out.slice(0, -extension.length);
  const readme = `${stem}.md`;
  if (!inParts) return { generator: out, readme };
  return { mapping: `${stem}-mapping${extension}`, synthesis: `${stem}-synthesis${extension}`, readme };
}

async function writeModels(
  files: Files,
  models: readonly ExportedModel[],
  check: ExportCheck | undefined,
  force: boolean | undefined,
): Promise<void> {
  const named = models.map((one) => ({ ...one, file: basename(files[one.part]!) }));
  for (const { part, bytes } of models) await writeFileAtomically(files[part]!, bytes, { force });
  await writeFileAtomically(files.readme, Buffer.from(exportReadme(named, check)), { force });
}
