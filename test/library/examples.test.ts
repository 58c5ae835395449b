import { execFileSync } from 'node:child_process';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const library = new URL('../../dist/index.js', import.meta.url).href;
const page = await readFile(new URL('../../docs/library.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);

const written = [
  ['blend.safetensors', 'seed85.png', 'toon.png'],
  ['face.png', 'pair.safetensors', 'sweep.png'],
  ['generator.onnx', 'morph.webp', 'person.safetensors'],
];

test.each(written.map((files, i) => [i, files] as const))(
  'example %i of the page runs, prints nothing and writes %j',
  async (i, files) => {
    const folder = await temporaryFolder();
    await copyFile(fixture('pictures/person-01.png'), join(folder, 'person.png'));
    const code = examples[i]!.replace(`'stylegan-blend'`, JSON.stringify(library));
    await writeFile(
      join(folder, 'example.mjs'),
      code.replace('steps: 300', "profile: 'reference', steps: 3"),
    );
    expect(execFileSync(process.execPath, ['example.mjs'], { cwd: folder }).toString()).toBe('');
    expect((await readdir(folder)).sort()).toEqual(['example.mjs', 'person.png', ...files].sort());
  },
);

test('every example is run here', () => {
  expect(examples).toHaveLength(written.length);
});
