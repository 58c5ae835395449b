import { basename, extname } from 'node:path';
import { type Checkpoint, requireRendered } from '../checkpoint/checkpoint.js';
import { openModel } from '../checkpoint/names.js';
import { throwIfAborted, UsageError } from '../errors.js';
import { writeFileAtomically } from '../files/atomic-write.js';
import { latentSpaceOf } from '../generator/latent-space.js';
import { saveLatents } from '../project/latents.js';
import type { Loss } from '../project/loss.js';
import { createProjector, type Projection } from '../project/projector.js';
import { encodeFilm } from '../render/film/film.js';
import { fromPicture, type Picture } from '../render/picture.js';
import { readPicture } from '../render/read-picture.js';
import { createRenderer, type Renderer } from '../render/renderer.js';
import { labelOf } from '../render/styles.js';
import { chosenLoss } from './chosen-loss.js';
import { chosenEngine } from './engine.js';
import { FAMILY_KEY, stylesOfLatents } from './latents-fit.js';
import type { CommonOptions, EngineChoice } from './options.js';
import type { Context, Outcome } from './outcome.js';
import { checkOutput, requireDistinct } from './outputs.js';
import { psnr } from './psnr.js';

interface ProjectOptions extends CommonOptions, EngineChoice {
  readonly network?: string;
  readonly steps: number;
  readonly seed: number;
  readonly loss: string;
  readonly class?: number;
  readonly out?: string;
  readonly progressFilm?: string;
}

const MAX_FRAMES = 60;
const FRAMES_PER_SECOND = 12;

/** `blend project MODEL PICTURE`: finds w and noise of a picture and saves them. */
export async function projectCommand(
  model: string,
  picturePath: string,
  options: ProjectOptions,
  context: Context,
): Promise<Outcome> {
  const { force, progressFilm: film } = options;
  const out = options.out ?? `${basename(picturePath, extname(picturePath))}.safetensors`;
  requireFilmName(film);
  const checkpoint = await openModel(model, { network: options.network });
  try {
    const architecture = requireRendered(checkpoint);
    const label = labelOf(architecture, options.class);
    const target = await readPicture(picturePath, architecture.resolution);
    const outputs = film === undefined ? [out] : [out, film];
    requireDistinct(outputs);
    for (const output of outputs) {
      await checkOutput(output, { force, inputs: [checkpoint.origin.path, picturePath] });
    }

    const { loss, spec } = await chosenLoss(options.loss, architecture.resolution, context.terminal);
    const how = { ...options, loss: spec };
    const { projection, rendered, frames, engine } = await search(
      checkpoint,
      target,
      { loss, label },
      how,
      context,
    );
    const { w, noise, distance } = projection.best;
    const quality = psnr(rendered, target);
    const metadata = await describeSearch(checkpoint, how, projection);
    const space = latentSpaceOf(architecture).name;
    await saveLatents(out, { space, w, noise }, { ...metadata, psnr: quality.toFixed(2), engine }, { force });
    if (film !== undefined) {
      await writeFileAtomically(film, await encodeFilm(frames, { fps: FRAMES_PER_SECOND }), { force });
    }
    context.terminal.info(
      `distance ${distance.toPrecision(3)}, PSNR ${quality.toFixed(1)} dB after ${projection.steps} steps`,
    );
    return {
      document: {
        model: checkpoint.origin.path,
        input: picturePath,
        output: out,
        ...(film === undefined ? {} : { film }),
        steps: projection.steps,
        seed: options.seed,
        loss: spec,
        engine,
        distance,
        psnr: quality,
      },
      lines: outputs,
    };
  } finally {
    await checkpoint.close();
  }
}

interface SearchResult {
  readonly projection: Projection;
  /** What the generator makes of the w that was found. */
  readonly rendered: Picture;
  readonly frames: readonly Picture[];
  /** What computed it. */
  readonly engine: string;
}

async function search(
  checkpoint: Checkpoint,
  target: Picture,
  settings: { readonly loss: Loss; readonly label: Float32Array | undefined },
  options: ProjectOptions,
  { signal, terminal }: Context,
): Promise<SearchResult> {
  const { steps, seed } = options;
  const engine = await chosenEngine(options, terminal);
  const projector = await createProjector(checkpoint, engine, settings);
  throwIfAborted(signal);
  const renderer = await createRenderer(checkpoint, engine);
  const frames: Picture[] = [];
  const every = Math.ceil(steps / MAX_FRAMES);
  const progress = await terminal.progress({ label: basename(checkpoint.origin.path), total: steps });
  try {
    const projection = await projector.project(fromPicture(target), {
      steps,
      seed,
      signal,
      async onStep({ step, loss, w, noise }) {
        progress.update(step + 1, { loss });
        if (options.progressFilm !== undefined && step % every === 0) {
          frames.push(await renderLatents(renderer, { w, noise }));
        }
      },
    });
    const rendered = await renderLatents(renderer, projection.best);
    return { projection, rendered, frames: [...frames, rendered], engine: engine.description };
  } finally {
    progress.finish();
    await projector.dispose();
    await renderer.dispose();
  }
}

function renderLatents(
  renderer: Renderer,
  { w, noise }: { w: Float32Array; noise: ReadonlyMap<string, Float32Array> },
): Promise<Picture> {
  return renderer.picture(stylesOfLatents(w, renderer, {}), noise);
}

/** What a saved projection says of itself. No names of files: those say nothing on another machine. */
async function describeSearch(
  checkpoint: Checkpoint,
  { seed, loss, class: classIndex }: ProjectOptions,
  { steps, best }: Projection,
): Promise<Record<string, string>> {
  return {
    [FAMILY_KEY]: checkpoint.architecture.family,
    model_sha256: await checkpoint.sha256(),
    steps: String(steps),
    seed: String(seed),
    loss,
    distance: String(best.distance),
    ...(classIndex === undefined ? {} : { class: String(classIndex) }),
  };
}

function requireFilmName(film: string | undefined): void {
  if (film === undefined || extname(film).toLowerCase() === '.webp') return;
  throw new UsageError('FILM_FORMAT', `--progress-film: expected a name ending in .webp, found ${film}`);
}
