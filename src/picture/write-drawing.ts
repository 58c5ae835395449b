import { extname } from 'node:path';
import { writeFileAtomically } from '../files/atomic-write.js';
import { checkOutput } from '../files/outputs.js';
import { type Drawing, rasterize, toSvg } from './chart.js';
import { formatOf, writePicture } from './write-picture.js';

/** Pixels of a drawing that is written as a picture, for each of its units: sharp on dense screens, too. */
const SCALE = 2;

/** Makes sure, before any work, that a drawing can be written: as SVG, PNG, JPEG or WebP. */
export async function checkDrawing(
  path: string,
  force: boolean | undefined,
  inputs: readonly string[],
): Promise<void> {
  if (!isSvg(path)) formatOf(path);
  await checkOutput(path, { force, inputs });
}

export async function writeDrawing(
  path: string,
  drawing: Drawing,
  force: boolean | undefined,
  title: string,
): Promise<void> {
  if (isSvg(path)) await writeFileAtomically(path, Buffer.from(toSvg(drawing, title)), { force });
  else await writePicture(path, await rasterize(drawing, SCALE), { force });
}

function isSvg(path: string): boolean {
  return extname(path).toLowerCase() === '.svg';
}
