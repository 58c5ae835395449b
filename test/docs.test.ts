import { execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixture } from './support/golden.js';

const library = new URL('../dist/index.js', import.meta.url).href;

test('the example of docs/library.md runs and writes what it says', async () => {
  const page = await readFile(new URL('../docs/library.md', import.meta.url), 'utf8');
  const example = /```ts\n([\s\S]*?)```/.exec(page)![1]!;
  const folder = await mkdtemp(join(tmpdir(), 'stylegan-blend-docs-'));
  try {
    await copyFile(fixture('pictures/person-01.png'), join(folder, 'person.png'));
    const script = join(folder, 'example.mjs');
    await writeFile(
      script,
      example.replace(`'stylegan-blend'`, JSON.stringify(library)).replace('steps: 300', 'steps: 3'),
    );
    execFileSync(process.execPath, [script], { cwd: folder });
    const written = ['blend.safetensors', 'example.mjs', 'person.png', 'seed85.png', 'toon.png'];
    expect((await readdir(folder)).sort()).toEqual(written);
  } finally {
    await rm(folder, { recursive: true });
  }
});
