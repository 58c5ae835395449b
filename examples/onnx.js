// Gives a blend to another program as ONNX, and runs it there: here in ONNX Runtime for WebAssembly, as in a browser.
//
//   node examples/onnx.js
import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-web';
import { blend, exportModel, writePicture } from 'stylegan-blend';
import { toPicture } from 'stylegan-blend/render';

await blend({ base: 'toonhead', transfer: 'pixelart', swap: 8 }, { out: 'toon.safetensors', force: true });
const { models } = await exportModel('toon.safetensors', { out: 'toon.onnx', force: true });
console.log(models.map(({ inputs, outputs }) => ({ inputs, outputs })));

const session = await ort.InferenceSession.create(await readFile('toon.onnx'));
const z = Float32Array.from({ length: 64 }, (_, i) => Math.sin(12.9898 * i) * Math.SQRT2);
const feeds = { z: new ort.Tensor('float32', z, [1, z.length]), psi: new ort.Tensor('float32', [0.7], []) };
const { image } = await session.run(feeds);
await writePicture('toon-onnx.png', toPicture(/** @type {Float32Array} */ (image?.data)), { force: true });
await session.release();
