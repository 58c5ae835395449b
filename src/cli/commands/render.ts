import { existsSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { type FeatureSource, openFeatures, rendererWith } from '../../app/shared/features.js';
import { requireFitting, stylesOfLatents } from '../../app/shared/latents-fit.js';
import { requireRendered } from '../../checkpoint/checkpoint.js';
import { openModel } from '../../checkpoint/names.js';
import { throwIfAborted, UsageError } from '../../errors.js';
import { checkFolder, makeFolder, meansFolder } from '../../files/folders.js';
import { checkOutput } from '../../files/outputs.js';
import type { Picture } from '../../picture/picture.js';
import { contactSheet } from '../../picture/sheet.js';
import { formatOf, writePicture } from '../../picture/write-picture.js';
import { type Latents, loadLatents } from '../../project/latents.js';
import type { NoiseMode } from '../../render/noise-modes.js';
import type { Renderer } from '../../render/renderer.js';
import { checkTruncation, labelOf } from '../../render/styles.js';
import { chosenEngine } from '../engine.js';
import { type CommonOptions, type EngineChoice, type FeatureChoice, missing } from '../options/options.js';
import type { Context, Outcome } from '../outcome.js';

interface RenderOptions extends CommonOptions, EngineChoice, FeatureChoice {
  readonly network?: string;
  readonly seeds?: readonly number[];
  readonly latents?: string;
  readonly psi: number;
  readonly cutoff?: number;
  readonly class?: number;
  readonly noise?: NoiseMode;
  readonly out: string;
}

/** Pictures in a row of a sheet. */
const SHEET_COLUMNS = 8;

/** `blend render MODEL`: faces of seeds, or of a saved projection, as files of their own or as one sheet. */
export async function renderCommand(
  model: string,
  options: RenderOptions,
  { signal, terminal }: Context,
): Promise<Outcome> {
  requireOneSource(options);
  const checkpoint = await openModel(model, { network: options.network });
  let features: FeatureSource | undefined;
  try {
    features = await openFeatures(options, checkpoint);
    const latents = options.latents === undefined ? undefined : await loadLatents(options.latents);
    const architecture = requireRendered(checkpoint);
    checkTruncation(architecture, options);
    if (latents === undefined) labelOf(architecture, options.class);
    else requireFitting(latents, options.latents!, checkpoint);
    const faces = facesOf(options, latents);
    const inputs = [checkpoint, ...(features === undefined ? [] : [features.checkpoint])];
    const target = await planOutput(
      faces,
      options,
      inputs.map(({ origin }) => origin.path),
    );

    const engine = await chosenEngine(options, terminal);
    const renderer = await rendererWith(checkpoint, features, engine);
    const progress = await terminal.progress({ label: 'rendering', total: faces.length });
    const pictures: Picture[] = [];
    try {
      for (const [i, face] of faces.entries()) {
        throwIfAborted(signal);
        const picture = await face.render(renderer);
        if (target.kind === 'sheet') pictures.push(picture);
        else await target.write(i, picture);
        progress.update(i + 1);
      }
      if (target.kind === 'sheet') await target.write(await sheetOf(pictures, options.seeds!));
    } finally {
      progress.finish();
      await renderer.dispose();
    }
    const outputs = target.paths;
    return {
      document: {
        model: checkpoint.origin.path,
        ...(features === undefined
          ? {}
          : { featuresFrom: features.checkpoint.origin.path, at: features.at, amount: features.amount }),
        pictures: faces.map(({ seed }, i) => ({
          ...(seed === undefined ? { latents: options.latents } : { seed }),
          output: outputs[i] ?? outputs[0],
        })),
      },
      lines: outputs,
    };
  } finally {
    await features?.checkpoint.close();
    await checkpoint.close();
  }
}

/** One picture to render. */
interface Face {
  /** Of its file in a folder, without extension. */
  readonly name: string;
  readonly seed?: number;
  render(renderer: Renderer): Promise<Picture>;
}

function facesOf(options: RenderOptions, latents: Latents | undefined): Face[] {
  const { seeds = [], psi, cutoff, class: classIndex } = options;
  if (latents !== undefined) {
    const path = options.latents!;
    const render = (renderer: Renderer) => {
      // Layers that the file says nothing of have the generator's own noise.
      const own = renderer.noise(options.noise ?? 'const');
      const noise = options.noise === undefined ? new Map([...own, ...latents.noise]) : own;
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
        renderer.noise(options.noise ?? 'const', seed),
      ),
  }));
}

type Target =
  | { kind: 'files'; paths: string[]; write: (index: number, picture: Picture) => Promise<void> }
  | { kind: 'sheet'; paths: string[]; write: (sheet: Picture) => Promise<void> };

/** Where the pictures go, after everything that could be in the way has been looked for. */
async function planOutput(
  faces: readonly Face[],
  options: RenderOptions,
  models: readonly string[],
): Promise<Target> {
  const { out, force, latents } = options;
  const inputs = [...models, ...(latents === undefined ? [] : [latents])];
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
  return { kind: 'sheet', paths: [out], write: (sheet) => writePicture(out, sheet, { force }) };
}

function requireOneSource({ seeds, latents, class: classIndex }: RenderOptions): void {
  if (seeds === undefined && latents === undefined) {
    throw missing(
      '--seeds',
      'say which faces, for example --seeds 0-3,85; or give a projection with --latents',
    );
  }
  if (latents === undefined) return;
  const other = seeds !== undefined ? '--seeds' : classIndex !== undefined ? '--class' : undefined;
  if (other === undefined) return;
  throw new UsageError('OPTIONS_EXCLUSIVE', `${other} and --latents: expected one of them, found both`, {
    hint: 'a projection is a face of its own',
  });
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
