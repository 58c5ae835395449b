import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';

const VARIABLES = ['STYLEGAN_BLEND_HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME'] as const;
const before = VARIABLES.map((name) => [name, process.env[name]] as const);

afterEach(() => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

/** An empty home for manifest and cache, until the end of the test. */
export async function freshHome(): Promise<string> {
  const home = join(await temporaryFolder(), 'home');
  process.env['STYLEGAN_BLEND_HOME'] = home;
  return home;
}

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Bytes that are no two runs alike, and the same in every run. */
export function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0, x = seed; i < length; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    bytes[i] = x >>> 24;
  }
  return bytes;
}

/** What a folder of the cache holds; nothing where it is not there. */
export async function entries(...path: string[]): Promise<string[]> {
  const folder = join(...path);
  return existsSync(folder) ? (await readdir(folder)).sort() : [];
}
