import { resolutionsOf } from '../../checkpoint/architecture/architecture.js';
import { requireRendered } from '../../checkpoint/checkpoint.js';
import { openModel } from '../../checkpoint/names.js';
import { UsageError } from '../../errors.js';
import {
  deviationPicture,
  type NoiseStudy,
  noiseStudy,
  picturesOfNoiseStudy,
  requireNoise,
} from '../../explore/noise-study.js';
import { checkOutput } from '../../files/outputs.js';
import { noiseLayersOf } from '../../generator/noise-layers.js';
import { contactSheet } from '../../picture/sheet.js';
import { formatOf, writePicture } from '../../picture/write-picture.js';
import { createRenderer } from '../../render/renderer.js';
import { checkTruncation, labelOf } from '../../render/styles.js';
import { chosenEngine } from '../engine.js';
import type { CommonOptions, EngineChoice } from '../options/options.js';
import type { Context, Outcome } from '../outcome.js';

interface NoiseOptions extends CommonOptions, EngineChoice {
  readonly network?: string;
  readonly seeds: readonly number[];
  readonly draws: number;
  readonly noiseSeed: number;
  readonly split?: number;
  readonly psi: number;
  readonly cutoff?: number;
  readonly class?: number;
  readonly out: string;
}

/** `blend noise MODEL`: what noise does to faces, in which layers, and how far it moves each pixel. */
export async function noiseCommand(
  model: string,
  options: NoiseOptions,
  { signal, terminal }: Context,
): Promise<Outcome> {
  const { seeds, draws, noiseSeed, psi, cutoff, class: classIndex, out, force } = options;
  formatOf(out);
  const checkpoint = await openModel(model, { network: options.network });
  try {
    const architecture = requireRendered(checkpoint);
    requireNoise({ size: noiseLayersOf(architecture).length });
    checkTruncation(architecture, options);
    labelOf(architecture, classIndex);
    const split = splitOf(options.split, resolutionsOf(architecture));
    await checkOutput(out, { force, inputs: [checkpoint.origin.path] });
    const renderer = await createRenderer(checkpoint, await chosenEngine(options, terminal));
    const each = picturesOfNoiseStudy(draws);
    const progress = await terminal.progress({ label: 'noise', total: each * seeds.length });
    const studies: NoiseStudy[] = [];
    try {
      for (const seed of seeds) {
        const before = studies.length * each;
        const onPicture = (done: number) => progress.update(before + done);
        const settings = { draws, noiseSeed, split, psi, cutoff, classIndex, signal, onPicture };
        studies.push(await noiseStudy(renderer, seed, settings));
      }
    } finally {
      progress.finish();
      await renderer.dispose();
    }
    const largest = studies.reduce(
      (most, { deviation }) => deviation.reduce((a, b) => Math.max(a, b), most),
      1e-6,
    );
    const sheet = await contactSheet({
      rows: studies.map(({ all, none, coarse, fine, deviation }) => [
        all,
        none,
        fine,
        coarse,
        deviationPicture(deviation, largest),
      ]),
      rowLabels: seeds.map((seed) => `seed ${seed}`),
      columnLabels: [
        'all noise',
        'none',
        `above ${split}`,
        `up to ${split}`,
        `white: ${largest.toPrecision(2)}`,
      ],
    });
    await writePicture(out, sheet, { force });
    const measured = seeds.map((seed, i) => ({ seed, meanDeviation: studies[i]!.meanDeviation }));
    terminal.info(
      `noise moves a pixel by ${mean(measured.map((one) => one.meanDeviation)).toPrecision(3)} levels of 255 on average, by ${largest.toPrecision(3)} at most (standard deviation over ${draws} draws)`,
    );
    const document = {
      model: checkpoint.origin.path,
      output: out,
      split,
      draws,
      seeds: measured,
      largestDeviation: largest,
    };
    return { document, lines: [out] };
  } finally {
    await checkpoint.close();
  }
}

/** The lower half of the resolutions is coarse: up to 32 of 1024 px, as in the paper. */
function splitOf(given: number | undefined, resolutions: readonly number[]): number {
  if (given === undefined) return resolutions[Math.floor(resolutions.length / 2) - 1] ?? 4;
  if (resolutions.includes(given)) return given;
  throw new UsageError(
    'SPLIT_NOT_A_RESOLUTION',
    `--split: expected a resolution of the model (${resolutions.join(', ')}), found ${given}`,
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
