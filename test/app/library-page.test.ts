import { execFileSync } from 'node:child_process';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asDependencyOf } from '../support/as-dependency.js';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const page = await readFile(new URL('../../docs/library.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);

const written = [
  ['pair.safetensors', 'person.safetensors', 'seed85.png', 'toon.png'],
  ['blend.safetensors', 'face.png', 'generator.md', 'generator.onnx', 'morph.webp', 'sweep.png'],
  ['found.png', 'lazy.safetensors', 'seed.png'],
];

test.each(written.map((files, i) => [i, files] as const))(
  'example %i of the page runs, prints nothing and writes %j',
  async (i, files) => {
    const folder = await temporaryFolder();
    await asDependencyOf(folder);
    await copyFile(fixture('pictures/person-01.png'), join(folder, 'person.png'));
    const code = examples[i]!.replaceAll('steps: 300', "profile: 'reference', steps: 3");
    await writeFile(join(folder, 'example.mjs'), code);
    expect(execFileSync(process.execPath, ['example.mjs'], { cwd: folder }).toString()).toBe('');
    const others = ['example.mjs', 'node_modules', 'person.png'];
    expect((await readdir(folder)).sort()).toEqual([...others, ...files].sort());
  },
);

test('every example is run here', () => {
  expect(examples).toHaveLength(written.length);
});
