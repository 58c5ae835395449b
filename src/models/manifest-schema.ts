import { createRequire } from 'node:module';
import { isAbsolute } from 'node:path';
import type { core, ZodType } from 'zod';
import { InputFileError } from '../errors.js';
import { meant } from '../text/nearest.js';
import { MODEL_NAME, MODEL_NAME_WORDS, type ModelEntry, quoted, SHA256, urlFault } from './entry.js';

export const MANIFEST_VERSION = 1;

/** What the user's manifest holds. */
export interface Manifest {
  readonly version: typeof MANIFEST_VERSION;
  readonly models: Readonly<Record<string, ModelEntry>>;
}

const MANIFEST_KEYS = ['version', 'models'];
const ENTRY_KEYS = ['kind', 'url', 'path', 'sha256', 'licence', 'needs', 'source', 'description'];

let schema: ZodType<Manifest> | undefined;

/**
 * Checks a parsed manifest.
 * @throws InputFileError `MANIFEST_MALFORMED`, `MANIFEST_VERSION`
 */
export function checkManifest(path: string, value: unknown): Manifest {
  // First of all: a manifest of a later version may well have other keys.
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version !== MANIFEST_VERSION) {
    throw new InputFileError(
      'MANIFEST_VERSION',
      `${path}: expected version ${MANIFEST_VERSION}, found ${version}`,
      {
        hint: 'a later version of this program may have written it',
      },
    );
  }
  schema ??= buildSchema();
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  throw malformed(path, error.issues[0]!);
}

/**
 * zod takes longer to load than everything else that finds a model, and most people have no manifest: it is loaded
 * here and not at the top; synchronously, as models are found.
 */
function buildSchema(): ZodType<Manifest> {
  const { z } = createRequire(import.meta.url)('zod') as typeof import('zod');
  const line = z.string().max(2000, 'expected at most 2000 characters');
  const entry = z
    .strictObject({
      kind: z.enum(['generator', 'weights']).default('generator'),
      url: line.optional().superRefine((url, context) => {
        const fault = url === undefined ? undefined : urlFault(url);
        if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
      }),
      path: line.refine((path) => isAbsolute(path), 'expected an absolute path').optional(),
      sha256: z.string().regex(SHA256, 'expected 64 hexadecimal digits in lower case').optional(),
      licence: line.optional(),
      needs: z.array(z.string().regex(MODEL_NAME)).max(16).optional(),
      source: line.optional(),
      description: line.optional(),
    })
    .refine(
      ({ url, path }) => (url === undefined) !== (path === undefined),
      'expected either "url" or "path"',
    );
  return z.strictObject({
    version: z.literal(MANIFEST_VERSION),
    models: z.record(z.string().regex(MODEL_NAME), entry),
  });
}

function malformed(path: string, issue: core.$ZodIssue): InputFileError {
  const where = issue.path.length === 0 ? '' : `${issue.path.map(keyText).join('.')}: `;
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    const known = issue.path.length === 0 ? MANIFEST_KEYS : ENTRY_KEYS;
    const hint = meant(key, known, `keys are ${known.join(', ')}`);
    return new InputFileError('MANIFEST_MALFORMED', `${path}: ${where}unknown key ${quoted(key)}`, { hint });
  }
  const words =
    issue.code === 'invalid_key'
      ? `expected ${MODEL_NAME_WORDS}`
      : issue.message.replace(/^Invalid input: /, '');
  return new InputFileError('MANIFEST_MALFORMED', `${path}: ${where}${words}`, {
    hint: 'correct the file, or move it away and add the models again; docs/models.md describes it',
  });
}

function keyText(key: PropertyKey): string {
  const text = String(key);
  return /^[\w-]{1,64}$/.test(text) ? text : quoted(text);
}
