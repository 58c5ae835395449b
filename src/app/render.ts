import { existsSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { type Checkpoint, requireRendered } from '../checkpoint/checkpoint.js';
import { optionMissing, optionsExclusive, throwIfAborted } from '../errors.js';
import { checkFolder, makeFolder, meansFolder } from '../files/folders.js';
import { checkOutput } from '../files/outputs.js';
import type { Picture } from '../picture/picture.js';
import { contactSheet } from '../picture/sheet.js';
import { formatOf, writePicture } from '../picture/write-picture.js';
import { loadLatents, type SavedLatents } from '../project/latents.js';
import { requireFitting, stylesOfLatents } from '../project/latents-fit.js';
import type { NoiseMode } from '../render/noise-modes.js';
import type { Renderer } from '../render/renderer.js';
import { checkTruncation, labelOf } from '../render/styles.js';
import { chosenEngine, type EngineChoice } from './run/engine.js';
import { type FeatureChoice, type FeatureSource, openFeatures, rendererWith } from './run/features.js';
import { Held, type ModelSource } from './run/models.js';
import { type Answer, Report, type Run } from './run/run.js';

export interface RenderOptions extends EngineChoice, FeatureChoice, Run {
  /** Which network of a file with several. */
  readonly network?: string;
  /** Which faces: those that NVIDIA's tools give for these seeds. */
  readonly seeds?: readonly number[];
  /** A projection in place of seeds: a file of `project`, rendered with its noise. */
  readonly latents?: string;
  /** Truncation: 1, the default, leaves faces as they are, 0 is the average face. */
  readonly psi?: number;
  /** Truncate only the first so many layers. */
  readonly cutoff?: number;
  /** Class of a conditional generator. */
  readonly class?: number;
  /** The generator's own noise, random noise of the seed, or none; own unless given, or that of the projection. */
  readonly noise?: NoiseMode;
  /**
   * A folder for files such as `seed0085.png`, or one picture (PNG, JPEG, WebP); several seeds make it a sheet.
   * Without it nothing is written: the pictures are in the answer.
   */
  readonly out?: string;
  /** Replace files that exist already. */
  readonly force?: boolean;
}

/** What `render` answers. */
export interface RenderDocument {
  /** Path of the generator. */
  readonly model: string;
  /** The generator whose features were taken, where any were. */
  readonly featuresFrom?: string;
  /** The last resolution that it computed. */
  readonly featuresAt?: number;
  /** How much of its features. */
  readonly featuresAmount?: number;
  /** The pictures, in order. */
  readonly pictures: readonly {
    /** Seed of the face. */
    readonly seed?: number;
    /** File of the projection, where it was one. */
    readonly latents?: string;
    /** Where the picture was written; of a sheet the same for all. */
    readonly output?: string;
  }[];
}

export interface RenderAnswer extends Answer<RenderDocument> {
  /** The pictures, where they were not written. */
  readonly pictures: readonly Picture[];
}

/** Pictures in a row of a sheet. */
const SHEET_COLUMNS = 8;

/**
 * Renders faces of seeds, or of a saved projection, as pictures, files of their own, or one sheet.
 *
 * @throws as `openModel`, `createRenderer`; UsageError `OPTION_MISSING`, `OPTIONS_EXCLUSIVE`, and for psi, cutoff and
 *   class; OutputError; AbortedError
 * @example const { pictures } = await render('toonhead', { seeds: [0, 1, 2], psi: 0.7 });
 */
export async function render(model: ModelSource, options: RenderOptions): Promise<RenderAnswer> {
  const report = new Report(options);
  requireOneSource(options);
  await using held = new Held();
  const checkpoint = await held.open(model, { network: options.network });
  const features = await openFeatures(options, checkpoint, held);
  const faces = facesOf(options, await latentsOf(options, checkpoint));
  const inputs = [checkpoint, ...(features === undefined ? [] : [features.checkpoint])];
  const target = await planOutput(faces, options, inputs);
  const pictures: Picture[] = [];
  const engine = await chosenEngine(options, report);
  await using renderer = await rendererWith(checkpoint, features, engine);
  const onPicture = report.stage('rendering', faces.length);
  for (const [i, face] of faces.entries()) {
    throwIfAborted(options.signal);
    const picture = await face.render(renderer);
    if (target.kind === 'files') await target.write(i, picture);
    else pictures.push(picture);
    onPicture(i + 1);
  }
  if (target.kind === 'sheet') {
    const sheet = await sheetOf(pictures.splice(0), options.seeds!);
    await writePicture(target.paths[0]!, sheet, { force: options.force });
  }
  return { ...report.answer(describe(checkpoint, features, faces, target, options)), pictures };
}

function describe(
  checkpoint: Checkpoint,
  features: FeatureSource | undefined,
  faces: readonly Face[],
  { paths }: Target,
  { latents }: RenderOptions,
): RenderDocument {
  return {
    model: checkpoint.origin.path,
    featuresFrom: features?.checkpoint.origin.path,
    featuresAt: features?.at,
    featuresAmount: features?.amount,
    pictures: faces.map(({ seed }, i) => {
      const output = paths[i] ?? paths[0];
      return seed === undefined ? { latents, output } : { seed, output };
    }),
  };
}

function requireOneSource({ seeds, latents, class: classIndex }: RenderOptions): void {
  if (seeds === undefined && latents === undefined) {
    throw optionMissing('seeds', 'say which faces, such as 0-3,85; or give a projection as `latents`');
  }
  if (latents === undefined) return;
  const other = seeds !== undefined ? 'seeds' : classIndex !== undefined ? 'class' : undefined;
  if (other !== undefined) throw optionsExclusive(other, 'latents', 'a projection is a face of its own');
}

async function latentsOf(options: RenderOptions, checkpoint: Checkpoint): Promise<SavedLatents | undefined> {
  const architecture = requireRendered(checkpoint);
  const latents = options.latents === undefined ? undefined : await loadLatents(options.latents);
  checkTruncation(architecture, options);
  if (latents === undefined) labelOf(architecture, options.class);
  else requireFitting(latents, options.latents!, checkpoint);
  return latents;
}

/** One picture to render. */
interface Face {
  /** Of its file in a folder, without extension. */
  readonly name: string;
  readonly seed?: number;
  render(renderer: Renderer): Promise<Picture>;
}

function facesOf(options: RenderOptions, latents: SavedLatents | undefined): Face[] {
  const { seeds = [], psi, cutoff, class: classIndex, noise: mode } = options;
  if (latents !== undefined) {
    const path = options.latents!;
    const render = (renderer: Renderer) => {
      // Layers that the file says nothing of have the generator's own noise.
      const own = renderer.noise(mode ?? 'const');
      const noise = mode === undefined ? new Map([...own, ...latents.noise]) : own;
      return renderer.picture(stylesOfLatents(latents.w, renderer, { psi, cutoff }), noise);
    };
    return [{ name: basename(path, extname(path)), render }];
  }
  return seeds.map((seed) => ({
    // As the reference tools name them.
    name: `seed${String(seed).padStart(4, '0')}`,
    seed,
    render: async (renderer) =>
      renderer.picture(
        await renderer.styles(seed, { psi, cutoff, classIndex }),
        renderer.noise(mode ?? 'const', seed),
      ),
  }));
}

type Target =
  | { kind: 'files'; paths: string[]; write: (index: number, picture: Picture) => Promise<void> }
  | { kind: 'sheet'; paths: string[] }
  | { kind: 'answer'; paths: [] };

/** Where the pictures go, after everything that could be in the way has been looked for. */
async function planOutput(
  faces: readonly Face[],
  { out, force, latents }: RenderOptions,
  models: readonly Checkpoint[],
): Promise<Target> {
  if (out === undefined) return { kind: 'answer', paths: [] };
  const inputs = [...models.map(({ origin }) => origin.path), ...(latents === undefined ? [] : [latents])];
  // A name without an extension is a folder that will be made; with one, it has to be that of a picture.
  if ((await meansFolder(out)) || extname(out) === '') {
    await checkFolder(out);
    const paths = faces.map(({ name }) => join(out, `${name}.png`));
    if (existsSync(out)) for (const path of paths) await checkOutput(path, { force, inputs });
    const write = async (index: number, picture: Picture) => {
      await makeFolder(out);
      await writePicture(paths[index]!, picture, { force });
    };
    return { kind: 'files', paths, write };
  }
  formatOf(out);
  await checkOutput(out, { force, inputs });
  if (faces.length === 1) {
    return { kind: 'files', paths: [out], write: (_, picture) => writePicture(out, picture, { force }) };
  }
  return { kind: 'sheet', paths: [out] };
}

/** Rows of eight. A single row has a label above each face; several have the row's first and last seed beside. */
async function sheetOf(pictures: readonly Picture[], seeds: readonly number[]): Promise<Picture> {
  const starts = seeds.map((_, i) => i).filter((i) => i % SHEET_COLUMNS === 0);
  const rows = starts.map((start) => pictures.slice(start, start + SHEET_COLUMNS));
  if (rows.length === 1) return contactSheet({ rows, columnLabels: seeds.map((seed) => `seed ${seed}`) });
  const rowLabels = starts.map((start) => {
    const last = Math.min(start + SHEET_COLUMNS, seeds.length) - 1;
    return start === last ? `seed ${seeds[start]}` : `seeds ${seeds[start]} .. ${seeds[last]}`;
  });
  return contactSheet({ rows, rowLabels });
}
