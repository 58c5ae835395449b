import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { codeStamp } from '../../src/files/code-stamp.js';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** The folders that the stamps of the program name, by the file that asks for one. */
const stamped = new Map(
  ['engine/cache/key.ts', 'generator/network-key.ts', 'project/projector.ts'].map((path) => {
    const [, list] = /codeStamp\(\[([^\]]+)\]\)/.exec(readFileSync(join(SRC, path), 'utf8'))!;
    return [path, list!.match(/\w+/g)!] as const;
  }),
);

/** The folders whose code a folder uses. */
function usedBy(folder: string): Set<string> {
  const files = readdirSync(join(SRC, folder), { recursive: true, encoding: 'utf8' });
  const texts = files
    .filter((name) => name.endsWith('.ts'))
    .map((name) => [name, readFileSync(join(SRC, folder, name), 'utf8')] as const);
  return new Set(
    texts.flatMap(([name, text]) =>
      [...text.matchAll(/from '(\.[^']+)'/g)].map(
        ([, to]) => join(folder, name, '..', to!).split(/[/\\]/)[0]!,
      ),
    ),
  );
}

test('a folder that has moved away is noticed', () => {
  expect(codeStamp(['graph'])).toMatch(/^graph \d+ \d+/);
  expect(() => codeStamp(['graph', 'attic'])).toThrow('expected modules in attic');
});

test('what is kept of a search depends on all code that computes in it', () => {
  const all = new Set([...stamped.values()].flat());
  // They move bytes, words and errors, and no numbers.
  const others = ['files', 'json', 'text', 'models', 'picture', 'errors.js'];
  for (const folder of all) {
    const missing = [...usedBy(folder)].filter((used) => !all.has(used) && !others.includes(used));
    expect(missing, folder).toEqual([]);
  }
});
