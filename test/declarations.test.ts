import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));

/** The packages that the declarations of the library name, wherever these lead. */
function packagesNamed(file: string, seen = new Map<string, string>()): Map<string, string> {
  seen.set(file, '');
  for (const [, from, imported] of readFileSync(file, 'utf8').matchAll(
    /from '([^']+)'|import\('([^']+)'\)/g,
  )) {
    const name = (from ?? imported)!;
    const path = name.startsWith('.') ? join(dirname(file), name.replace(/\.js$/, '.d.ts')) : name;
    if (seen.has(path)) continue;
    if (!name.startsWith('.')) seen.set(path, file);
    else if (existsSync(path)) packagesNamed(path, seen);
  }
  return new Map([...seen].filter(([path]) => !path.startsWith(DIST)));
}

const { exports: entries } = JSON.parse(readFileSync(join(DIST, '../package.json'), 'utf8')) as {
  exports: Record<string, { types?: string }>;
};
const declarations = Object.values(entries).flatMap(({ types }) => types ?? []);

test('the types of the library need none of TensorFlow.js, which is optional and whose own do not compile', () => {
  expect(declarations.length).toBeGreaterThan(7);
  const named = declarations.flatMap((path) => [...packagesNamed(join(DIST, '..', path)).keys()]);
  const packages = new Set(named.filter((name) => !name.startsWith('node:')));
  expect([...packages].sort()).toEqual(['yaml', 'zod']);
});
