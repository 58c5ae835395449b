import { comparePictures, type MetricDistance } from '../compare/compare-pictures.js';
import { type AbsentMetric, availableMetrics, type Metric, openMetric } from '../compare/metrics.js';
import { InputFileError, optionMissing, UsageError } from '../errors.js';
import { LOSS_NAMES, type LossName } from '../metric/loss-spec.js';
import type { LpipsFiles } from '../metric/lpips/load.js';
import { psnr } from '../metric/psnr.js';
import type { Picture } from '../picture/picture.js';
import { readWholePicture } from '../picture/read-picture.js';
import { stretch } from '../picture/resize.js';
import { chosenEngine, type EngineChoice } from './run/engine.js';
import { type Answer, Report, type Run } from './run/run.js';

export interface CompareOptions extends EngineChoice, Run {
  /** Only these: lpips-vgg, lpips-squeeze, lpips-alex, pyramid, pixel; every one that is possible unless given. */
  readonly metric?: readonly LossName[];
  /** With one LPIPS as `metric`: its network, a torchvision .pth. */
  readonly trunk?: string;
  /** With one LPIPS as `metric`: its own weights. */
  readonly lin?: string;
  /** Bring the second picture to the size of the first one. */
  readonly resize?: boolean;
}

/** What `compare` answers. */
export interface CompareDocument {
  /** The first picture. */
  readonly a: string;
  /** The second picture. */
  readonly b: string;
  /** Of both, in pixels. */
  readonly width: number;
  /** Of both, in pixels. */
  readonly height: number;
  /** How far they are apart in each metric. */
  readonly metrics: readonly MetricDistance[];
  /** Peak signal-to-noise ratio, in decibels. */
  readonly psnr: number;
  /** Metrics that cannot be had here, and why. */
  readonly absent: readonly AbsentMetric[];
}

/**
 * How far two pictures are apart, in every metric that is possible here.
 * @param a path of a picture
 * @param b path of another, of the same size
 * @throws InputFileError `PICTURE_SIZES`, and as `readWholePicture`; as `openMetric`; UsageError `OPTION_MISSING`,
 *   `OPTION_MALFORMED`; AbortedError
 * @example const { document } = await compare('before.png', 'after.png', { metric: ['pixel'] });
 */
export async function compare(
  a: string,
  b: string,
  options: CompareOptions = {},
): Promise<Answer<CompareDocument>> {
  const report = new Report(options);
  const files = lpipsFiles(options);
  const [first, whole] = await Promise.all([readWholePicture(a), readWholePicture(b)]);
  const second = await fitted({ path: b, picture: whole }, { path: a, picture: first }, options);
  const { metrics, absent } = await chosenMetrics(first, options, files);
  const engine = await chosenEngine(options, report);
  const distances = await comparePictures(first, second, metrics, engine, options.signal);
  const { width, height } = first;
  return report.answer({ a, b, width, height, metrics: distances, psnr: psnr(first, second), absent });
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

interface Named {
  readonly path: string;
  readonly picture: Picture;
}

/** The second picture in the size of the first. */
async function fitted(
  { path, picture }: Named,
  { path: pathLike, picture: like }: Named,
  { resize }: CompareOptions,
): Promise<Picture> {
  if (picture.width === like.width && picture.height === like.height) return picture;
  if (resize === true) return stretch(picture, like.width, like.height);
  const sizeOf = ({ width, height }: Picture) => `${width} x ${height} px`;
  throw new InputFileError(
    'PICTURE_SIZES',
    `${path}: expected ${sizeOf(like)} as ${pathLike}, found ${sizeOf(picture)}`,
    { hint: '`resize` brings it to the size of the first one' },
  );
}

/** @throws UsageError `OPTION_MISSING`, `OPTION_MALFORMED` */
function lpipsFiles({ metric: names = [], trunk, lin }: CompareOptions): LpipsFiles | undefined {
  if (trunk === undefined && lin === undefined) return undefined;
  const hint = 'an LPIPS has two files: the network (`trunk`) and its own weights (`lin`)';
  if (trunk === undefined) throw optionMissing('trunk', hint);
  if (lin === undefined) throw optionMissing('lin', hint);
  if (names.length === 1 && names[0]!.startsWith('lpips-')) return { trunk, lin };
  throw new UsageError(
    'OPTION_MALFORMED',
    '`trunk` and `lin`: expected one LPIPS as `metric`, found none or several',
    { hint: `such as \`metric\` ${LOSS_NAMES[1]}` },
  );
}
