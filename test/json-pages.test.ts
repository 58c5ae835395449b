import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ONE_THREAD, run } from './cli/cli.js';
import { fixture } from './support/golden.js';
import { temporaryFolder } from './support/temporary-folder.js';

const page = (name: string) => readFile(new URL(`../docs/json/${name}.md`, import.meta.url), 'utf8');

test('docs/json is what npm run docs:json writes', () => {
  const script = fileURLToPath(new URL('../scripts/json-pages.js', import.meta.url));
  execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' });
});

/** `a`, `a[].b`, … of a value; below what has a page of its own nothing is looked at. */
function keysOf(value: unknown, prefix: string, isLeaf: (key: string) => boolean): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => keysOf(one, `${prefix}[]`, isLeaf));
  if (typeof value !== 'object' || value === null || isLeaf(prefix)) return [prefix];
  const at = prefix === '' ? '' : `${prefix}.`;
  return Object.entries(value).flatMap(([key, one]) => keysOf(one, `${at}${key}`, isLeaf));
}

const PAIR = ['--base', 'toonhead', '--transfer', 'pixelart', '--swap', '8'];
const person = fixture('pictures/person-01.png');

test.each<[page: string, program: 'blend' | 'toonify', args: string[]]>([
  ['blend', 'blend', [...PAIR, '--out', 'b.safetensors']],
  ['plan', 'blend', ['plan', ...PAIR]],
  ['inspect', 'blend', ['inspect', fixture('golden/golden32.pkl')]],
  ['diff', 'blend', ['diff', 'toonhead', 'dylan']],
  ['doctor', 'blend', ['doctor']],
  ['models-list', 'blend', ['models', 'list']],
  ['sweep', 'blend', ['sweep', ...PAIR.slice(0, 4), '--seeds', '0', '--out', 's.png', ...ONE_THREAD]],
  ['render', 'blend', ['render', 'toonhead', '--seeds', '0', '--out', 'r.png', ...ONE_THREAD]],
  [
    'toonify',
    'toonify',
    [person, '--no-align', '--profile', 'reference', '--steps', '1', '--out', 't.png', ...ONE_THREAD],
  ],
])('every key of %s is on its page', async (name, program, args) => {
  const { code, stdout } = await run(program, [...args, '--json'], await temporaryFolder());
  expect(code).toBe(0);
  const rows = [...(await page(name)).matchAll(/^\| `([^`]+)` \| ([^|]*)/gm)].map(([, key, holds]) => ({
    pattern: new RegExp(`^${key!.replace(/[.[\]]/g, '\\$&').replaceAll('<name>', '[^.]+')}(\\[\\])*$`),
    isWhole: !/^object/.test(holds!),
  }));
  const isLeaf = (key: string) => rows.some(({ pattern, isWhole }) => isWhole && pattern.test(key));
  const found = new Set(keysOf(JSON.parse(stdout), '', isLeaf));
  expect([...found].filter((key) => !rows.some(({ pattern }) => pattern.test(key)))).toEqual([]);
});
