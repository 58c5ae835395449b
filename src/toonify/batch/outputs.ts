import { basename, dirname, extname, join, resolve } from 'node:path';
import { UsageError } from '../../errors.js';
import { meansFolder } from '../../files/folders.js';
import { formatOf } from '../../picture/write-picture.js';
import type { Input } from './inputs.js';

/** What is appended to the name of a result. */
export const SUFFIX = '-toon';

/** Where results go: to one file, or to a folder for each of the paths that were given. */
export type Destination =
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'folders';
      /** The folder of an input's results, before its own sub-folders. */
      readonly of: (input: Pick<Input, 'folder'>) => string;
      /** All folders that results may go to. */
      readonly all: readonly string[];
    };

/** What `out`, or its absence, means. */
export async function destinationOf(
  out: string | undefined,
  folders: readonly string[],
  pictures: readonly string[],
  suffix: string = SUFFIX,
): Promise<Destination> {
  if (out === undefined) {
    const of = ({ folder }: Pick<Input, 'folder'>) =>
      folder === undefined ? '.' : `${basename(resolve(folder)) || 'root'}${suffix}s`;
    return { kind: 'folders', of, all: folders.map((folder) => of({ folder })) };
  }
  if ((await meansFolder(out)) || extname(out) === '') return { kind: 'folders', of: () => out, all: [out] };
  formatOf(out);
  if (folders.length > 0 || pictures.length !== 1) {
    throw new UsageError(
      'OUTPUT_NOT_A_FOLDER',
      `\`out\`: expected a folder for several results, found ${out}`,
      {
        hint: 'a folder that does not exist yet is made; end its name with / where it has a dot in it',
      },
    );
  }
  return { kind: 'file', path: out };
}

/**
 * The output of every input, in order. Inputs that differ only in their extensions keep them, so that a.jpg and
 * a.png become a.jpg-toon.png and a.png-toon.png; undefined where even that does not tell two apart.
 */
export function outputsOf(
  inputs: readonly Input[],
  destination: Destination,
  suffix: string = SUFFIX,
): (string | undefined)[] {
  if (destination.kind === 'file') return [destination.path];
  const place = (input: Input, name: string) =>
    join(destination.of(input), dirname(input.relative), `${name}${suffix}.png`);
  const short = inputs.map((input) => place(input, basename(input.relative, extname(input.relative))));
  const shortCounts = countBy(short.map(key));
  const names = inputs.map((input, i) =>
    shortCounts.get(key(short[i]!)) === 1 ? short[i]! : place(input, basename(input.relative)),
  );
  const counts = countBy(names.map(key));
  return names.map((name) => (counts.get(key(name)) === 1 ? name : undefined));
}

/** The name of one of several results: a-toon.png, 2 -> a-toon-2.png. */
export function numbered(path: string, number: number): string {
  const extension = extname(path);
  return `${path.slice(0, path.length - extension.length)}-${number}${extension}`;
}

/**
 * Two names that are one file on some file system: those of macOS and Windows ignore case, the former also
 * composition.
 */
function key(path: string): string {
  return resolve(path).normalize('NFC').toLowerCase();
}

function countBy(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of keys) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}
