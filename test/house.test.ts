import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// What CONTRIBUTING.md says of the house and no other tool looks at. The arrows between folders are in
// .dependency-cruiser.mjs.

const SRC = fileURLToPath(new URL('../src', import.meta.url));
const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, lines: readFileSync(join(SRC, path), 'utf8').split('\n') }));

/** `folder/file.ts:12: line` of lines that match, comments left out. */
function found(pattern: RegExp, isLookedAt: (path: string) => boolean): string[] {
  return FILES.filter(({ path }) => isLookedAt(path)).flatMap(({ path, lines }) =>
    lines.flatMap((line, i) => {
      const isComment = /^\s*(\*|\/\/|\/\*)/.test(line);
      return !isComment && pattern.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [];
    }),
  );
}

test('only the command line prints', () => {
  expect(found(/\bconsole\.|process\.std(out|err)\b/, (path) => !path.startsWith('cli/'))).toEqual([]);
});

test('the application reads no state of the process', () => {
  expect(found(/\bprocess\.|\bhomedir\(/, (path) => path.startsWith('app/'))).toEqual([]);
});

test('the library names options by their keys: only the command line has flags', () => {
  const isMessage = /['"`](?:[^'"`]*[\s(`])?--[a-z][a-z-]+/;
  // Flags of other programs: ffmpeg's, npm's, V8's, those of training tools.
  const others = /--(build-addon-from-source|expose-gc|resume=)/;
  const flags = found(isMessage, (path) => !path.startsWith('cli/')).filter((line) => !others.test(line));
  expect(flags).toEqual([]);
});

test('a file is one idea: 300 lines are a lot', () => {
  const long = FILES.filter(({ lines }) => lines.length > 301).map(({ path }) => path);
  expect(long).toEqual([]);
});

test('comments are within 118 columns', () => {
  const wide = FILES.flatMap(({ path, lines }) =>
    lines.flatMap((line, i) =>
      /^\s*(\*|\/\/|\/\*)/.test(line) && [...line].length > 118 ? [`${path}:${i + 1}`] : [],
    ),
  );
  expect(wide).toEqual([]);
});

test('no folder has more than some 25 files side by side', () => {
  const counts = new Map<string, number>();
  for (const { path } of FILES) {
    const folder = path.split('/').slice(0, -1).join('/');
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  expect([...counts].filter(([, count]) => count > 26)).toEqual([]);
});
