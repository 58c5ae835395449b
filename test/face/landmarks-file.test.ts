import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputFileError } from '../../src/errors.js';
import { readLandmarks } from '../../src/face/landmarks-file.js';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const points = Array.from({ length: 68 }, (_, i) => [i, (i * i) % 50]);

async function file(content: unknown): Promise<string> {
  const path = join(await temporaryFolder(), 'points.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

test('points and sizes, of which the sizes may be left out', async () => {
  const { points: found, size, transformSize } = await readLandmarks(fixture('golden/alignment/inside.json'));
  expect([found.length, found[0], size, transformSize]).toEqual([68, [189.21, 180.37], 128, 512]);
  expect(await readLandmarks(await file({ landmarks: points }))).toEqual({
    points,
    size: undefined,
    transformSize: undefined,
  });
});

test.each<[content: unknown, code: string, message: RegExp]>([
  ['', 'FILE_EMPTY', /empty/],
  ['{"landmarks": [[1, 2', 'LANDMARKS_MALFORMED', /expected JSON/],
  [' '.repeat((1 << 20) + 1), 'LANDMARKS_MALFORMED', /at most 1048576 bytes/],
  [[], 'LANDMARKS_MALFORMED', /expected object/],
  [{}, 'LANDMARKS_MALFORMED', /landmarks: /],
  [{ landmarks: points.slice(1) }, 'LANDMARKS_MALFORMED', /expected 68 points, found 67/],
  [{ landmarks: points.map(([x]) => x) }, 'LANDMARKS_MALFORMED', /landmarks\.0: /],
  [{ landmarks: points.map(([x]) => [x, 1, 2]) }, 'LANDMARKS_MALFORMED', /landmarks\.0/],
  [{ landmarks: points.map(([x]) => [x, null]) }, 'LANDMARKS_MALFORMED', /landmarks\.0\.1: .*number/],
  [{ landmarks: points.map(([x]) => [x, 1e9]) }, 'LANDMARKS_MALFORMED', /landmarks\.0\.1: .*1000000/],
  ['{"landmarks": [[1e999, 2]]}', 'LANDMARKS_MALFORMED', /landmarks/],
  [{ landmarks: points, output_size: 0 }, 'LANDMARKS_MALFORMED', /output_size/],
  [
    { landmarks: points, output_size: 512, transform_size: 100 },
    'LANDMARKS_MALFORMED',
    /transform_size.*512/,
  ],
  [{ landmarks: points, transform_size: 1e6 }, 'LANDMARKS_MALFORMED', /transform_size/],
  [{ landmarks: points, size: 3 }, 'LANDMARKS_MALFORMED', /size/],
  [{ landmarks: points.map(() => [3, 3]) }, 'LANDMARKS_DEGENERATE', /eyes and mouth apart/],
])('refuses %#', async (content, code, message) => {
  const path = await file(content);
  const error = await readLandmarks(path).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(InputFileError);
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  expect((error as Error).message).toContain(path);
  expect((error as Error).message).not.toContain('\n');
});
