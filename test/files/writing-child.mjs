// Writes one of two checkpoints over and over, in every form, until it is killed: see kill.test.ts.
const [, , library, folder, base, other, start] = process.argv;
const load = (path) => import(new URL(path, library).href);
const { openCheckpoint } = await load('checkpoint/open.js');
const { writeCheckpoint } = await load('checkpoint/write.js');
const { writeRosinality } = await load('checkpoint/rosinality-write.js');
const { writeInPlace } = await load('checkpoint/in-place/write-in-place.js');

const inputs = [await openCheckpoint(base), await openCheckpoint(other)];
const writers = [
  (checkpoint) => writeCheckpoint(`${folder}/x.safetensors`, checkpoint, { force: true }),
  (checkpoint) => writeRosinality(`${folder}/x.pt`, checkpoint, { force: true }),
  (checkpoint) => writeInPlace(`${folder}/x.pkl`, base, new Map([['G_ema', checkpoint]]), { force: true }),
];
process.send('started');
// Every other writing puts in the other checkpoint; which form comes first differs from run to run.
for (let i = Number(start); ; i++) await writers[i % 3](inputs[(i + 1) % 2]);
