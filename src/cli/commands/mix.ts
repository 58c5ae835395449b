import { requireRendered } from '../../checkpoint/checkpoint.js';
import { openModel } from '../../checkpoint/names.js';
import { checkStyles, styleMix } from '../../explore/style-mix.js';
import { checkOutput } from '../../files/outputs.js';
import { latentSpaceOf } from '../../generator/latent-space.js';
import type { Picture } from '../../picture/picture.js';
import { contactSheet } from '../../picture/sheet.js';
import { formatOf, writePicture } from '../../picture/write-picture.js';
import type { NoiseMode } from '../../render/noise-modes.js';
import { createRenderer } from '../../render/renderer.js';
import { checkTruncation, labelOf } from '../../render/styles.js';
import { chosenEngine } from '../engine.js';
import type { CommonOptions, EngineChoice } from '../options/options.js';
import type { Context, Outcome } from '../outcome.js';

interface MixOptions extends CommonOptions, EngineChoice {
  readonly network?: string;
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly styles: readonly number[];
  readonly noise: NoiseMode;
  readonly psi: number;
  readonly cutoff?: number;
  readonly class?: number;
  readonly out: string;
}

/** `blend mix MODEL`: faces of rows with some of the styles of those of columns. */
export async function mixCommand(
  model: string,
  options: MixOptions,
  { signal, terminal }: Context,
): Promise<Outcome> {
  const { rows, columns, styles, noise, psi, cutoff, class: classIndex, out, force } = options;
  formatOf(out);
  const checkpoint = await openModel(model, { network: options.network });
  try {
    const architecture = requireRendered(checkpoint);
    checkStyles(latentSpaceOf(architecture), styles);
    checkTruncation(architecture, options);
    labelOf(architecture, classIndex);
    await checkOutput(out, { force, inputs: [checkpoint.origin.path] });
    const renderer = await createRenderer(checkpoint, await chosenEngine(options, terminal));
    const total = rows.length + columns.length + rows.length * columns.length;
    const progress = await terminal.progress({ label: 'mixing', total });
    try {
      const mix = await styleMix(renderer, {
        ...{ rows, columns, styles, noise, psi, cutoff, classIndex, signal },
        onPicture: (done) => progress.update(done),
      });
      const corner = blank(architecture.resolution);
      const sheet = await contactSheet({
        rows: [[corner, ...mix.ofColumns], ...mix.mixed.map((line, i) => [mix.ofRows[i]!, ...line])],
        rowLabels: [`styles ${ranges(options.styles)}`, ...rows.map((seed) => `seed ${seed}`)],
        columnLabels: ['', ...columns.map((seed) => `seed ${seed}`)],
      });
      await writePicture(out, sheet, { force });
    } finally {
      progress.finish();
      await renderer.dispose();
    }
    return {
      document: { model: checkpoint.origin.path, output: out, rows, columns, styles, psi, noise },
      lines: [out],
    };
  } finally {
    await checkpoint.close();
  }
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
