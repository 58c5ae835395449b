/**
 * Makes fixtures/golden/faces/expected.safetensors: what the package @vladmandic/face-api itself makes of some
 * pictures, with TensorFlow.js in WebAssembly. It needs a package that this one has no other use for:
 *
 *     npm install --no-save @tensorflow/tfjs@4 && node scripts/face-reference.js
 *
 * `scores` and `boxes` are all that the detector gives (top, left, bottom, right as shares of the padded square),
 * `found` its faces from a score of 0.1 (score, left, top, width, height in pixels). `input` is a square of 112
 * pixels, `points` what the landmark network finds in it (x and y of each as shares).
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { writeMixed } from './mixed-safetensors.js';

const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs');
require('@tensorflow/tfjs-backend-wasm');
const faceApi = require('@vladmandic/face-api/dist/face-api.node-wasm.js');
const root = dirname(require.resolve('@vladmandic/face-api/package.json'));

const file = (path) => fileURLToPath(new URL(`../fixtures/${path}`, import.meta.url));
const astronaut = file('photos/astronaut.jpg');
const group = join(root, 'demo/sample5.jpg');

/** test/face/networks.test.ts cuts the same parts. */
const pictures = {
  whole: [astronaut, { left: 0, top: 0, width: 512, height: 512 }],
  high: [astronaut, { left: 100, top: 20, width: 270, height: 391 }],
  wide: [group, { left: 620, top: 130, width: 512, height: 301 }],
};
const squares = {
  front: [astronaut, { left: 165, top: 60, width: 112, height: 112 }],
  side: [group, { left: 380, top: 930, width: 200, height: 200 }],
  tilted: [group, { left: 1380, top: 440, width: 200, height: 200 }],
};

await tf.setBackend('wasm');
const { ssdMobilenetv1: detector, faceLandmark68Net: landmarks } = faceApi.nets;
for (const network of [detector, landmarks]) await network.loadFromDisk(join(root, 'model'));

const tensors = {};
const keep = (name, shape, values) => {
  tensors[name] = { shape, values };
};
for (const [name, [path, region]] of Object.entries(pictures)) {
  const picture = await tensorOf(sharp(path).extract(region));
  const { boxes, scores } = await detector.forward(picture);
  keep(`detector.${name}.scores`, scores[0].shape, scores[0].dataSync().slice());
  if (name === 'high') keep(`detector.${name}.boxes`, boxes[0].shape, boxes[0].dataSync().slice());
  const options = new faceApi.SsdMobilenetv1Options({ minConfidence: 0.1, maxResults: 200 });
  const found = (await detector.locateFaces(picture, options)).map(({ score, box }) => [
    score,
    box.x,
    box.y,
    box.width,
    box.height,
  ]);
  keep(`detector.${name}.found`, [found.length, 5], Float32Array.from(found.flat()));
}
for (const [name, [path, region]] of Object.entries(squares)) {
  const square = await tensorOf(sharp(await sharp(path).extract(region).png().toBuffer()).resize(112, 112));
  keep(`landmarks.${name}.input`, square.shape, Uint8Array.from(square.dataSync()));
  const points = await landmarks.forward(square);
  keep(`landmarks.${name}.points`, [68, 2], points.dataSync().slice());
}
writeMixed(file('golden/faces/expected.safetensors'), tensors, {
  source: '@vladmandic/face-api 1.7.15 on TensorFlow.js 4.22.0, WebAssembly',
});

async function tensorOf(image) {
  const { data, info } = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return tf.tensor3d(new Uint8Array(data), [info.height, info.width, 3], 'int32');
}
