import { comparePictures } from '../../compare/compare-pictures.js';
import { type AbsentMetric, availableMetrics, type Metric, openMetric } from '../../compare/metrics.js';
import { InputFileError, UsageError } from '../../errors.js';
import { LOSS_NAMES, type LossName } from '../../metric/loss-spec.js';
import type { LpipsFiles } from '../../metric/lpips/load.js';
import { psnr } from '../../metric/psnr.js';
import type { Picture } from '../../picture/picture.js';
import { readWholePicture } from '../../picture/read-picture.js';
import { stretch } from '../../picture/resize.js';
import { chosenEngine } from '../engine.js';
import type { EngineChoice } from '../options/options.js';
import type { Context, Outcome } from '../outcome.js';
import { table } from '../terminal/table.js';

export interface CompareOptions extends EngineChoice {
  readonly metric?: readonly LossName[];
  readonly trunk?: string;
  readonly lin?: string;
  readonly resize?: true;
}

/** Digits that are printed: as many as 32-bit numbers have. `--json` has all. */
const DIGITS = 7;

/** `blend compare A B`: how far two pictures are apart. */
export async function compareCommand(
  pathA: string,
  pathB: string,
  options: CompareOptions,
  { signal, terminal }: Context,
): Promise<Outcome> {
  const files = lpipsFiles(options);
  const [a, whole] = await Promise.all([readWholePicture(pathA), readWholePicture(pathB)]);
  const b = await fitted(whole, pathB, a, pathA, options);
  const { metrics, absent } = await chosenMetrics(a, options, files);
  const engine = await chosenEngine(options, terminal);
  const distances = await comparePictures(a, b, metrics, engine, signal);
  for (const { metric, reason } of absent) terminal.info(`${metric}: ${reason}`);
  const decibels = psnr(a, b);
  const rows = distances.map(({ metric, distance }) => [metric, distance.toPrecision(DIGITS)]);
  return {
    document: {
      a: pathA,
      b: pathB,
      width: a.width,
      height: a.height,
      metrics: distances,
      psnr: decibels,
      absent,
    },
    lines: table(options.metric === undefined ? [...rows, ['PSNR', `${decibels.toFixed(2)} dB`]] : rows),
  };
}

async function chosenMetrics(
  size: Picture,
  { metric: names }: CompareOptions,
  files: LpipsFiles | undefined,
): Promise<{ metrics: Metric[]; absent: AbsentMetric[] }> {
  if (names === undefined) return availableMetrics(size);
  const metrics = await Promise.all(names.map((name) => openMetric(name, size, files)));
  return { metrics, absent: [] };
}

/** The second picture in the size of the first. */
async function fitted(
  picture: Picture,
  path: string,
  like: Picture,
  pathLike: string,
  { resize }: CompareOptions,
): Promise<Picture> {
  if (picture.width === like.width && picture.height === like.height) return picture;
  if (resize === true) return stretch(picture, like.width, like.height);
  throw new InputFileError(
    'PICTURE_SIZES',
    `${path}: expected ${like.width} x ${like.height} px as ${pathLike}, found ${picture.width} x ${picture.height} px`,
    { hint: '--resize brings it to the size of the first one' },
  );
}

/** @throws UsageError `OPTION_MISSING`, `OPTION_MALFORMED` */
function lpipsFiles({ metric: names = [], trunk, lin }: CompareOptions): LpipsFiles | undefined {
  if (trunk === undefined && lin === undefined) return undefined;
  if (trunk === undefined || lin === undefined) {
    throw new UsageError(
      'OPTION_MISSING',
      `--${trunk === undefined ? 'trunk' : 'lin'}: expected, but not given`,
      {
        hint: 'an LPIPS has two files: the network (--trunk) and its own weights (--lin)',
      },
    );
  }
  if (names.length === 1 && names[0]!.startsWith('lpips-')) return { trunk, lin };
  throw new UsageError(
    'OPTION_MALFORMED',
    '--trunk and --lin: expected one LPIPS as --metric, found none or several',
    {
      hint: `such as --metric ${LOSS_NAMES[1]}`,
    },
  );
}
