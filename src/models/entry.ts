import { UsageError } from '../errors.js';

/** What a file is good for: a network that can be blended, or weights that another part of the program needs. */
export type ModelKind = 'generator' | 'weights';

/** What is written down about a model; the folders say whether its file is here. */
export interface ModelEntry {
  /** What it is good for. */
  readonly kind: ModelKind;
  /** Where the file can be downloaded by program. */
  readonly url?: string;
  /** Where the file lies on this machine; absolute. */
  readonly path?: string;
  /** Where a person can download the file with a browser, for want of a `url`. */
  readonly page?: string;
  /** Of the file; lower-case hex. Where it is absent, it is recorded at first sight. */
  readonly sha256?: string;
  /** Under which licence it may be used. */
  readonly licence?: string;
  /** Names of models without which this one is of no use; they are pulled with it. */
  readonly needs?: readonly string[];
  /** Page of those who made it. */
  readonly source?: string;
  /** What it shows, or is for. */
  readonly description?: string;
}

export interface KnownModel extends ModelEntry {
  readonly name: string;
  /** Whether the program knows it, or the user's manifest. */
  readonly origin: 'built-in' | 'user';
}

/** No dot, slash or capital: a name can neither be taken for a path nor differ from another only by its case. */
export const MODEL_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

export const MODEL_NAME_WORDS = 'a name of a-z, 0-9, - and _, at most 64 characters';

export const SHA256 = /^[0-9a-f]{64}$/;

/** Characters of a name or key that a message repeats. */
const MAX_QUOTED = 60;

/** @throws UsageError `MODEL_NAME` */
export function requireModelName(name: string): void {
  if (MODEL_NAME.test(name)) return;
  throw new UsageError('MODEL_NAME', `expected ${MODEL_NAME_WORDS}, found ${quoted(name)}`);
}

/**
 * What is wrong with an address as the source of a download; undefined where nothing is.
 * A password in it would end up in a file that people share.
 */
export function urlFault(text: string): string | undefined {
  if (!URL.canParse(text)) return 'expected an address that begins with https:// or http://';
  const { protocol, username, password } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') {
    return `expected an address that begins with https:// or http://, found ${quoted(protocol)}`;
  }
  return username + password === '' ? undefined : 'expected an address without user name and password';
}

export function quoted(text: string): string {
  return JSON.stringify(text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text);
}
