import type { Engine } from '../../engine/index.js';
import { EngineError } from '../../errors.js';
import { CHANNELS, type Picture } from '../../picture/picture.js';
import type { Point } from '../landmarks.js';
import { type Detection, facesOf } from './boxes.js';
import { detectorProgram } from './detector-graph.js';
import { detectorInput } from './detector-input.js';
import { landmarkProgram } from './landmark-graph.js';
import { readWeights } from './weights.js';

/** The detector and the landmark network. Calls wait for each other. */
export interface Networks extends AsyncDisposable {
  /** The faces of a picture that the detector is surer of than `minScore`, the surest first. */
  detect(picture: Picture, minScore: number): Promise<Detection[]>;
  /** The 68 landmarks of the face in a square of 112 pixels, x and y as shares of its side. */
  landmarks(square: Picture): Promise<Point[]>;
  dispose(): Promise<void>;
}

/** Mean levels of red, green and blue in the pictures that the landmark network was trained with. */
const MEAN_LEVELS = [122.782, 117.001, 104.298] as const;
const LEVELS = 255;

/**
 * Reads and compiles the networks; nothing is downloaded.
 * @throws EngineError `FACES_NOT_LOADABLE`
 */
export async function openNetworks(engine: Engine): Promise<Networks> {
  const [detector, landmarks] = await readBoth();
  const finding = await engine.compile(detectorProgram(detector));
  const looking = await engine.compile(landmarkProgram(landmarks));
  const anchors = detector('anchors').values;
  const dispose = async () => {
    await Promise.all([finding.dispose(), looking.dispose()]);
  };
  return {
    detect: inTurn(async (picture, minScore) => {
      const { score, box } = await finding.run({ picture: detectorInput(picture) });
      return facesOf({ score: score!, box: box! }, anchors, picture, minScore);
    }),
    landmarks: inTurn(async (square) => {
      const { points } = await looking.run({ square: landmarkInput(square) });
      return Array.from(
        { length: points!.length / 2 },
        (_, k): Point => [points![2 * k]!, points![2 * k + 1]!],
      );
    }),
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

async function readBoth() {
  try {
    return await Promise.all([readWeights('detector'), readWeights('landmarks')]);
  } catch (cause) {
    const { message } = cause as Error;
    throw new EngineError(
      'FACES_NOT_LOADABLE',
      `the networks that find faces cannot be loaded (${message})`,
      {
        hint: 'install the package again, or use pictures that are aligned already with `align: false`',
        cause,
      },
    );
  }
}

/** [3, side, side]: levels less the mean of their colour, over 255. */
function landmarkInput({ data }: Picture): Float32Array {
  const pixels = data.length / CHANNELS;
  const result = new Float32Array(data.length);
  for (const [channel, mean] of MEAN_LEVELS.entries()) {
    for (let i = 0; i < pixels; i++)
      result[channel * pixels + i] = (data[i * CHANNELS + channel]! - mean) / LEVELS;
  }
  return result;
}

/** The same work, where a call waits for the one before. */
function inTurn<A extends unknown[], R>(work: (...given: A) => Promise<R>): (...given: A) => Promise<R> {
  let last: Promise<unknown> = Promise.resolve();
  return (...given) => {
    const result = last.then(() => work(...given));
    last = result.catch(() => {});
    return result;
  };
}
