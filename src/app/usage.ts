import { type Checkpoint, requireRendered, requireStyleGan2 } from '../checkpoint/checkpoint.js';
import { type ResolutionUsage, resolutionUsage } from '../explore/usage.js';
import { barChart } from '../picture/chart.js';
import { checkDrawing, writeDrawing } from '../picture/write-drawing.js';
import { checkTruncation, labelOf } from '../render/styles.js';
import { chosenEngine, type EngineChoice } from './run/engine.js';
import { Held, labelOfModel, type ModelSource } from './run/models.js';
import { type Answer, Report, type Run } from './run/run.js';

export interface UsageOptions extends EngineChoice, Run {
  /** Faces; 0 to 15 unless given. */
  readonly seeds?: readonly number[];
  /** Truncation: 1, the default, leaves faces as they are, 0 is the average face. */
  readonly psi?: number;
  /** Class of conditional generators. */
  readonly class?: number;
  /** Also draw it (SVG, PNG, JPEG, WebP). */
  readonly out?: string;
  /** Replace a file that exists already. */
  readonly force?: boolean;
}

/** What `usage` answers. */
export interface UsageDocument {
  /** The drawing. */
  readonly output?: string;
  /** How many faces were looked at. */
  readonly seeds: number;
  /** Truncation. */
  readonly psi: number;
  /** The generators, in order. */
  readonly models: readonly {
    /** What the generator is called. */
    readonly name: string;
    /** How much each resolution adds to its pictures. */
    readonly usage: readonly ResolutionUsage[];
  }[];
}

const TITLE = 'Contribution of each resolution to the picture';

/**
 * How much each resolution adds to the picture, of one StyleGAN2 generator or several side by side.
 * @throws as `openModel`, `resolutionUsage`; InputFileError `ARCHITECTURE_NOT_RENDERED`; OutputError; AbortedError
 * @example const { document } = await usage(['toonhead', 'pixelart']);
 */
export async function usage(
  models: readonly ModelSource[],
  options: UsageOptions = {},
): Promise<Answer<UsageDocument>> {
  const report = new Report(options);
  const { seeds = USUAL_SEEDS, psi = 1, class: classIndex, out, force, signal } = options;
  await using held = new Held();
  const opened: { name: string; checkpoint: Checkpoint }[] = [];
  for (const model of new Set(models))
    opened.push({ name: labelOfModel(model), checkpoint: await held.open(model) });
  for (const { checkpoint } of opened) {
    requireStyleGan2(checkpoint);
    const architecture = requireRendered(checkpoint);
    checkTruncation(architecture, options);
    labelOf(architecture, classIndex);
  }
  const inputs = opened.map(({ checkpoint }) => checkpoint.origin.path);
  if (out !== undefined) await checkDrawing(out, force, inputs);
  const engine = await chosenEngine(options, report);
  const onSeeds = report.stage('usage', opened.length * seeds.length);
  const found: { name: string; usage: ResolutionUsage[] }[] = [];
  for (const { name, checkpoint } of opened) {
    const before = found.length * seeds.length;
    const onSeed = (done: number) => onSeeds(before + done);
    const settings = { seeds, psi, classIndex, signal, onSeed };
    found.push({ name, usage: await resolutionUsage(checkpoint, engine, settings) });
  }
  if (out !== undefined) await writeDrawing(out, chartOf(found), force, TITLE);
  return report.answer({ output: out, seeds: seeds.length, psi, models: found });
}

const USUAL_SEEDS: readonly number[] = Array.from({ length: 16 }, (_, seed) => seed);

/** Models of different size side by side: what one lacks is 0. */
function chartOf(models: UsageDocument['models']) {
  const resolutions = [...new Set(models.flatMap((model) => model.usage.map((one) => one.resolution)))].sort(
    (a, b) => a - b,
  );
  return barChart({
    title: TITLE,
    places: resolutions.map(String),
    xLabel: 'resolution (px)',
    yLabel: 'share',
    range: [0, 0.1],
    format: (value) => `${Math.round(100 * value)} %`,
    series: models.map((model) => ({
      name: model.name,
      values: resolutions.map((r) => model.usage.find((one) => one.resolution === r)?.share ?? 0),
    })),
  });
}
