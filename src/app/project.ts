import { requireRendered } from '../checkpoint/checkpoint.js';
import { type Engine, openEngine } from '../engine/index.js';
import { throwIfAborted } from '../errors.js';
import { chooseLoss } from '../metric/choose-loss.js';
import { fromPicture, type Picture } from '../picture/picture.js';
import { readPicture } from '../picture/read-picture.js';
import {
  createProjector,
  type Projection,
  type ProjectOptions as SearchOptions,
} from '../project/projector.js';
import { labelOf } from '../render/styles.js';
import { type ModelSource, withModel } from './with-model.js';

export interface ProjectPictureOptions extends SearchOptions {
  /** How pictures are compared, as `--loss` has it: `auto` unless given. */
  readonly lossSpec?: string;
  /** Class of a conditional generator. */
  readonly classIndex?: number;
  /** Opened for this call unless given. */
  readonly engine?: Engine;
}

/**
 * Finds the w and noise with which a generator makes a picture. For many pictures `createProjector` compiles once.
 * @param picture the path of a file, of which the centre square is taken, or a picture of the generator's size
 * @throws as `openModel`, `readPicture`, `createProjector`; AbortedError
 */
export async function project(
  model: ModelSource,
  picture: string | Picture,
  options: ProjectPictureOptions = {},
): Promise<Projection> {
  return withModel(model, async (checkpoint) => {
    const architecture = requireRendered(checkpoint);
    const label = labelOf(architecture, options.classIndex);
    const target =
      typeof picture === 'string' ? await readPicture(picture, architecture.resolution) : picture;
    const { loss } = await chooseLoss(options.lossSpec ?? 'auto', architecture.resolution);
    throwIfAborted(options.signal);
    const engine = options.engine ?? (await openEngine({ signal: options.signal }));
    const projector = await createProjector(checkpoint, engine, { loss, label });
    try {
      return await projector.project(fromPicture(target), options);
    } finally {
      await projector.dispose();
    }
  });
}
