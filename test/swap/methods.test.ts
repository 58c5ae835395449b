import { execFileSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { MergeMethod } from '../../src/swap/methods/method.js';
import { addMethod, isBuiltIn, mergeMethods, methodNamed } from '../../src/swap/methods/registry.js';
import { asDependencyOf } from '../support/as-dependency.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const page = await readFile(new URL('../../docs/methods.md', import.meta.url), 'utf8');

test('the page has every method with its formula and paper', () => {
  for (const { name, formula, source } of mergeMethods()) {
    expect(page).toContain(`| \`${name}\` | ${formula} | ${source} |`);
  }
});

test('the program of the page adds a method and blends with it', async () => {
  const folder = await temporaryFolder();
  await asDependencyOf(folder);
  await writeFile(join(folder, 'own.mjs'), /```ts\n([\s\S]*?)```/.exec(page)![1]!);
  expect(execFileSync(process.execPath, ['own.mjs'], { cwd: folder, encoding: 'utf8' })).toBe('');
  expect(await readdir(folder)).toContain('strongest.safetensors');
});

test('methods have names that are not taken', () => {
  const mine: MergeMethod = {
    name: 'mine-1',
    formula: 'm_0',
    source: 'this test',
    merge: ([{ values }]) => values,
  };
  addMethod(mine);
  expect(methodNamed('mine-1')).toBe(mine);
  expect([isBuiltIn('mine-1'), isBuiltIn('slerp')]).toEqual([false, true]);
  for (const name of ['mine-1', 'linear', 'Mine', '', 'a b', 'x'.repeat(33), '__proto__']) {
    expect(() => addMethod({ ...mine, name })).toThrow(expect.objectContaining({ code: 'METHOD_NAME' }));
  }
  expect(() => methodNamed('slurp')).toThrow(
    expect.objectContaining({ code: 'METHOD_UNKNOWN', hint: expect.stringContaining('slerp') }),
  );
});
