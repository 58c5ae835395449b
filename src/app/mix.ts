import { requireRendered } from '../checkpoint/checkpoint.js';
import { checkStyles, styleMix } from '../explore/style-mix.js';
import { checkOutput } from '../files/outputs.js';
import { latentSpaceOf } from '../generator/latent-space.js';
import type { Picture } from '../picture/picture.js';
import { contactSheet } from '../picture/sheet.js';
import { formatOf, writePicture } from '../picture/write-picture.js';
import type { NoiseMode } from '../render/noise-modes.js';
import { createRenderer } from '../render/renderer.js';
import { checkTruncation, labelOf } from '../render/styles.js';
import { chosenEngine, type EngineChoice } from './run/engine.js';
import { Held, type ModelSource } from './run/models.js';
import { type Answer, Report, type Run } from './run/run.js';

export interface MixOptions extends EngineChoice, Run {
  /** Which network of a file with several. */
  readonly network?: string;
  /** Seeds of the faces that are changed. */
  readonly rows: readonly number[];
  /** Seeds of the faces whose styles are taken. */
  readonly columns: readonly number[];
  /** Which layers take the style of the column: two for each resolution; 0 to 6 unless given. */
  readonly styles?: readonly number[];
  /** The generator's own noise, random noise, or none; own unless given. */
  readonly noise?: NoiseMode;
  /** Truncation: 1, the default, leaves faces as they are, 0 is the average face. */
  readonly psi?: number;
  /** Truncate only the first so many layers. */
  readonly cutoff?: number;
  /** Class of a conditional generator. */
  readonly class?: number;
  /** The sheet to write (PNG, JPEG, WebP). Without it nothing is written: the sheet is in the answer. */
  readonly out?: string;
  /** Replace a file that exists already. */
  readonly force?: boolean;
}

/** What `mix` answers. */
export interface MixDocument {
  /** Path of the generator. */
  readonly model: string;
  /** The sheet. */
  readonly output?: string;
  /** Seeds of the faces that were changed, from the top. */
  readonly rows: readonly number[];
  /** Seeds of the faces whose styles were taken, from the left. */
  readonly columns: readonly number[];
  /** Layers that took the style of the column. */
  readonly styles: readonly number[];
  /** Truncation. */
  readonly psi: number;
  /** Which noise. */
  readonly noise: NoiseMode;
}

export interface MixAnswer extends Answer<MixDocument> {
  /** The sheet. */
  readonly sheet: Picture;
}

/**
 * Mixes styles: faces of rows with some of the styles of columns, as one labelled picture.
 * @throws as `openModel`, `createRenderer`, `styleMix`; OutputError; AbortedError
 * @example const { sheet } = await mix('toonhead', { rows: [0, 1], columns: [2, 3], styles: [0, 1, 2, 3] });
 */
export async function mix(model: ModelSource, options: MixOptions): Promise<MixAnswer> {
  const report = new Report(options);
  const { rows, columns, styles = [0, 1, 2, 3, 4, 5, 6], noise = 'const', psi = 1, cutoff } = options;
  const { class: classIndex, out, force, signal } = options;
  if (out !== undefined) formatOf(out);
  await using held = new Held();
  const checkpoint = await held.open(model, { network: options.network });
  const architecture = requireRendered(checkpoint);
  checkStyles(latentSpaceOf(architecture), styles);
  checkTruncation(architecture, options);
  labelOf(architecture, classIndex);
  if (out !== undefined) await checkOutput(out, { force, inputs: [checkpoint.origin.path] });
  await using renderer = await createRenderer(checkpoint, await chosenEngine(options, report));
  const total = rows.length + columns.length + rows.length * columns.length;
  const mixed = await styleMix(renderer, {
    ...{ rows, columns, styles, noise, psi, cutoff, classIndex, signal },
    onPicture: report.stage('mixing', total),
  });
  const sheet = await contactSheet({
    rows: [
      [blank(architecture.resolution), ...mixed.ofColumns],
      ...mixed.mixed.map((line, i) => [mixed.ofRows[i]!, ...line]),
    ],
    rowLabels: [`styles ${ranges(styles)}`, ...rows.map((seed) => `seed ${seed}`)],
    columnLabels: ['', ...columns.map((seed) => `seed ${seed}`)],
  });
  if (out !== undefined) await writePicture(out, sheet, { force });
  const { path } = checkpoint.origin;
  return { ...report.answer({ model: path, output: out, rows, columns, styles, psi, noise }), sheet };
}

/** 0, 1, 2, 5 as `0-2,5`. */
function ranges(styles: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const style of styles.toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last?.[1] === style - 1) last[1] = style;
    else runs.push([style, style]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join();
}

/** The empty place in the corner. */
function blank(side: number): Picture {
  return { width: side, height: side, data: new Uint8Array(3 * side * side).fill(255) };
}
