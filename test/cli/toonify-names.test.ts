import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listInputs } from '../../src/toonify/batch/inputs.js';
import { destinationOf, outputsOf } from '../../src/toonify/batch/outputs.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const inputs = (...paths: string[]) =>
  paths.map((path) => ({ path, relative: path.split('/').slice(1).join('/') || path, folder: 'photos' }));

test('outputs keep the sub-folders, and extensions where names would be the same', async () => {
  const destination = await destinationOf('out', ['photos'], []);
  expect(
    outputsOf(inputs('photos/a.jpg', 'photos/A.png', 'photos/x/a.jpg', 'photos/b.webp'), destination),
  ).toEqual([
    join('out', 'a.jpg-toon.png'),
    join('out', 'A.png-toon.png'),
    join('out', 'x', 'a-toon.png'),
    join('out', 'b-toon.png'),
  ]);
});

test('two inputs that cannot be told apart have no output', async () => {
  const destination = await destinationOf('out', [], []);
  const twice = [
    { path: 'one/a.jpg', relative: 'a.jpg' },
    { path: 'two/a.jpg', relative: 'a.jpg' },
  ];
  expect(outputsOf(twice, destination)).toEqual([undefined, undefined]);
});

test('a folder is listed in order, each file once, without hidden files, loops and the output folder', async () => {
  const root = await temporaryFolder();
  await mkdir(join(root, 'b', 'out'), { recursive: true });
  for (const name of ['z.png', 'a.png', '.DS_Store', 'b/c.png', 'b/out/c-toon.png']) {
    await writeFile(join(root, name), 'x');
  }
  await symlink('..', join(root, 'b', 'up'));
  await symlink('a.png', join(root, 'same.png'));
  const list = async (recursive: boolean) => {
    const found = await listInputs([root, join(root, 'a.png')], {
      recursive,
      except: [join(root, 'b', 'out')],
    });
    return found.map(({ relative }) => relative);
  };
  expect(await list(true)).toEqual(['a.png', join('b', 'c.png'), 'z.png']);
  expect(await list(false)).toEqual(['a.png', 'z.png']);
});
