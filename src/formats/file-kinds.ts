import { entriesOf, itemsOf, PickleGlobal, PickleObject, type PickleValue } from './pickle/values.js';

/** Recognises what people give to this program by mistake, so that the message can say what they have. */

/** Bytes from the start of the file that are looked at; a tar archive shows at 257. */
export const START_BYTES = 512;

export interface FileKind {
  /** With its article, for "found …". */
  readonly what: string;
  readonly hint?: string;
}

const UNPACK = 'unpack it first';
const DOWNLOAD = 'the download did not give the file itself; download it again';

interface Signature {
  /** Bytes, one character for each. */
  readonly bytes: string | readonly string[];
  /** Where they are; default 0. */
  readonly at?: number;
  readonly kind: FileKind;
}

const SIGNATURES: readonly Signature[] = [
  { bytes: '\x89PNG\r\n', kind: { what: 'a PNG picture' } },
  { bytes: '\xff\xd8\xff', kind: { what: 'a JPEG picture' } },
  { bytes: 'GIF8', kind: { what: 'a GIF picture' } },
  { bytes: 'WEBP', at: 8, kind: { what: 'a WebP picture' } },
  {
    bytes: 'version https://git-lfs',
    kind: {
      what: 'a Git LFS pointer, not the file that it points to',
      hint: 'fetch the file with: git lfs pull',
    },
  },
  {
    bytes: ['BZh', '\xfd7zXZ', '7z\xbc\xaf', '\x28\xb5\x2f\xfd'],
    kind: { what: 'a compressed archive', hint: UNPACK },
  },
  { bytes: 'ustar', at: 257, kind: { what: 'a tar archive', hint: UNPACK } },
  { bytes: '\x89HDF', kind: { what: 'an HDF5 file' } },
  { bytes: '\x93NUMPY', kind: { what: 'a NumPy array' } },
  { bytes: '%PDF', kind: { what: 'a PDF document' } },
];

/** What the first bytes of a file say it is, where that is something that is not read. */
export function describeContent(start: Uint8Array): FileKind | undefined {
  const text = Buffer.from(start).toString('latin1');
  if (/^\s*(<!doctype|<html|<\?xml)/i.test(text)) return { what: 'a web page', hint: DOWNLOAD };
  if (/^\s*\{/.test(text)) return { what: 'a JSON document' };
  const found = SIGNATURES.find(({ bytes, at = 0 }) => [bytes].flat().some((b) => text.startsWith(b, at)));
  return found?.kind;
}

/** Whether a file starts as pickles do: protocol 2 and later by number, the older ones by their first opcodes. */
export function looksLikePickle(start: Uint8Array): boolean {
  if (start[0] === 0x80) return start.length > 1 && start[1]! <= 5;
  const text = Buffer.from(start).toString('latin1');
  return /^(\((d|l|t|c|i)|[\]})](q|\.)|c[\w.]+\n\w+\n)/.test(text);
}

/** What a pickle holds that is no network. */
export function describePickle(value: PickleValue): FileKind {
  const classes = [value, ...(itemsOf(value) ?? []).slice(0, 8)].map(className);
  const keys = [...(entriesOf(value)?.keys() ?? [])].filter((key) => typeof key === 'string');
  if (keys.length > 0) {
    const list = keys.slice(0, 5).map((key) => JSON.stringify(key.slice(0, 30)));
    return { what: `a pickle of a dict with ${list.join(', ')}${keys.length > 5 ? ', …' : ''}` };
  }
  const name = classes.find((candidate) => candidate !== undefined);
  return { what: name === undefined ? 'a pickle without networks' : `a pickle of ${name.slice(0, 80)}` };
}

function className(value: PickleValue): string | undefined {
  return value instanceof PickleObject && value.callable instanceof PickleGlobal
    ? `${value.callable}`
    : undefined;
}
