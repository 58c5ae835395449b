import type { Engine, EngineOptions } from '../engine/engine.js';
import { UsageError } from '../errors.js';
import { chooseFaces, type FaceChoice } from './choose-faces.js';
import type { Face, FaceFinder } from './detect/find-faces.js';
import type { Landmarks } from './landmarks.js';
import { type LandmarksFile, readLandmarks } from './landmarks-file.js';
import { DEFAULT_MIN_SIZE } from './limits.js';
import type { Photo } from './photo.js';

/** Which faces of photos are meant. */
export interface FaceOptions {
  /** All faces of a photo, the largest, or the one with this number, from 1, from the left; all unless given. */
  readonly face?: FaceChoice;
  /** Leave out faces that are smaller in the photo, in pixels; 24 unless given. */
  readonly minSize?: number;
  /** The 68 points of the one face of the one photo (a JSON file), instead of looking for faces. */
  readonly landmarks?: string;
}

/** A face that is to be worked on. */
export interface ChosenFace {
  readonly landmarks: Landmarks;
  /** Its number in the photo, from 1, from left to right. */
  readonly number: number;
  /** What the detector said of it; absent where the landmarks were given. */
  readonly found?: Pick<Face, 'box' | 'score'>;
}

/** Where faces come from: the detector, or a file with the landmarks of the one face. */
export interface FaceSource {
  /** What a landmarks file says about sizes. */
  readonly sizes: Pick<LandmarksFile, 'size' | 'transformSize'>;
  /** @throws InputFileError `FACE_MISSING`, `PICTURE_UNREADABLE` */
  choose(photo: Photo, signal?: AbortSignal): Promise<ChosenFace[]>;
}

/** What looks for faces. It always does so on the processor, as far as the engine has a choice. */
export interface FinderChoice extends Pick<EngineOptions, 'threads'> {
  readonly engine?: EngineOptions['engine'] | Engine;
  /** Hears what one should know about the engine, once it is opened. */
  readonly onEngineNotice?: (notice: string) => void;
}

/**
 * Reads the landmarks file, if one is given; the detector is only loaded when the first photo needs it.
 * @param pictures how many pictures there are
 */
export async function openFaceSource(
  { landmarks: path, face = 'all', minSize = DEFAULT_MIN_SIZE, ...choice }: FaceOptions & FinderChoice,
  pictures: number,
): Promise<FaceSource> {
  if (path !== undefined) return fromFile(path, pictures);
  let finder: Promise<FaceFinder> | undefined;
  return {
    sizes: {},
    async choose(photo, signal) {
      finder ??= openFinder(choice);
      const faces = await (await finder).find(photo, { minSize, signal });
      return chooseFaces(faces, face, photo.name).map(({ face: { points, ...found }, number }) => ({
        landmarks: { points },
        number,
        found,
      }));
    },
  };
}

async function openFinder({ engine, threads, onEngineNotice }: FinderChoice): Promise<FaceFinder> {
  const [{ openEngine }, { createFaceFinder }] = await Promise.all([
    import('../engine/index.js'),
    import('./detect/find-faces.js'),
  ]);
  if (typeof engine === 'object' && engine.device === 'cpu') return createFaceFinder({ engine });
  const name = typeof engine === 'object' ? engine.name : engine;
  // TensorFlow.js has one device, which its packages decide.
  const opened = await openEngine({ engine: name, threads, device: name === 'tfjs' ? 'auto' : 'cpu' });
  for (const notice of opened.notices) onEngineNotice?.(notice);
  return createFaceFinder({ engine: opened });
}

async function fromFile(path: string, pictures: number): Promise<FaceSource> {
  if (pictures !== 1) {
    throw new UsageError(
      'LANDMARKS_SEVERAL',
      `\`landmarks\`: expected one picture to use ${path} for, found ${pictures}`,
    );
  }
  const { points, ...sizes } = await readLandmarks(path);
  return { sizes, choose: async () => [{ landmarks: { points }, number: 1 }] };
}
