import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { openEngine } from '../../src/engine/index.js';
import { cornersOf } from '../../src/face/detect/boxes.js';
import { detectorProgram } from '../../src/face/detect/detector-graph.js';
import { detectorInput } from '../../src/face/detect/detector-input.js';
import { createFaceFinder } from '../../src/face/detect/find-faces.js';
import { openNetworks } from '../../src/face/detect/networks.js';
import { readWeights } from '../../src/face/detect/weights.js';
import { openPhoto, type Region } from '../../src/face/photo.js';
import type { Picture } from '../../src/picture/picture.js';
import { ENGINES_HERE } from '../engine/engines.js';
import { fixture, goldenTensors, maxDifference, relativeDifference } from '../support/golden.js';

// What @vladmandic/face-api itself makes of these parts of photos: scripts/face-reference.js.
const expected = await goldenTensors('faces/expected.safetensors');
const astronaut = fixture('photos/astronaut.jpg');
const group = join(
  dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')),
  'demo/sample5.jpg',
);
const pictures: readonly (readonly [name: string, path: string, region: Region])[] = [
  ['whole', astronaut, { left: 0, top: 0, width: 512, height: 512 }],
  ['high', astronaut, { left: 100, top: 20, width: 270, height: 391 }],
  ['wide', group, { left: 620, top: 130, width: 512, height: 301 }],
];
const anchors = (await readWeights('detector'))('anchors').values;

async function part(path: string, region: Region): Promise<Picture> {
  const data = await sharp(path).extract(region).removeAlpha().raw().toBuffer();
  return { width: region.width, height: region.height, data: new Uint8Array(data) };
}

// TensorFlow.js's plain JavaScript takes a minute for a picture.
describe.each(ENGINES_HERE.slice(0, 3))('%s gives what the networks gave in face-api', async (_, open) => {
  const engine = await open();

  test.each(pictures)('scores, boxes and faces of the picture %s', async (name, path, region) => {
    const picture = await part(path, region);
    await using detector = await engine.compile(detectorProgram(await readWeights('detector')));
    const { score, box } = await detector.run({ picture: detectorInput(picture) });
    const scores = score!.map((logit) => 1 / (1 + Math.exp(-logit)));
    expect(maxDifference(scores, expected.get(`detector.${name}.scores`)!)).toBeLessThan(1e-5);
    const boxes = expected.get(`detector.${name}.boxes`);
    if (boxes !== undefined) {
      const found = Array.from(scores, (_, place) => cornersOf(box!, anchors, place)).flat();
      expect(maxDifference(found, boxes)).toBeLessThan(1e-5);
    }

    await using networks = await openNetworks(engine);
    const faces = await networks.detect(picture, 0.1);
    const wanted = expected.get(`detector.${name}.found`)!;
    expect(faces).toHaveLength(wanted.length / 5);
    const found = faces.flatMap(({ score, box: { x, y, width, height } }) => [score, x, y, width, height]);
    expect(relativeDifference(found, wanted)).toBeLessThan(1e-5);
  });

  test.each(['front', 'side', 'tilted'])('landmarks of the face %s', async (name) => {
    const data = Uint8Array.from(expected.get(`landmarks.${name}.input`)!);
    await using networks = await openNetworks(engine);
    const points = await networks.landmarks({ width: 112, height: 112, data });
    expect(maxDifference(points.flat(), expected.get(`landmarks.${name}.points`)!)).toBeLessThan(1e-5);
  });
});

test('what is found does not depend on the number of threads, nor on calls that overlap', async () => {
  const photo = await openPhoto(group);
  const [one, two] = await Promise.all(
    [1, 2].map(async (threads) => {
      const engine = await openEngine({ engine: 'onnxruntime', device: 'cpu', threads });
      return createFaceFinder({ engine });
    }),
  );
  const [faces, others, again] = await Promise.all([one!, two!, two!].map((finder) => finder.find(photo)));
  expect(faces).toHaveLength(5);
  expect(others).toEqual(faces);
  expect(again).toEqual(faces);
  await Promise.all([one!.dispose(), two!.dispose()]);
});
