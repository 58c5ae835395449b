import { readFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { z } from 'zod';
import { DEVICES, ENGINES } from '../../engine/engine.js';
import { InputFileError } from '../../errors.js';
import { readJson } from '../../json/read.js';
import { pictureMetadata } from '../../picture/picture-metadata.js';
import { recordOf } from './record.js';
import type { ToonRecord } from './record-schema.js';

/** The key of a result's metadata that helps to make it again: how things were called, and what computed. */
const PROVENANCE_KEY = 'toonify_run';

const provenance = z.object({
  /**
   * The picture, from the result's folder, where both lie below the folder that one works in; else without folders,
   * which say nothing on another machine and may be private.
   */
  input: z.string().min(1).max(4096),
  /** Names of the models' files, by their names in the recipe; of a finished blend `base` and `model`. */
  models: z.record(z.string(), z.string()),
  engine: z.enum(['auto', ...ENGINES]),
  device: z.enum([...DEVICES, 'auto']),
  threads: z.int().min(1).max(1024).optional(),
  half: z.boolean().optional(),
});

/** Names help to find files; which file it has to be, its hash says. */
export type Provenance = z.infer<typeof provenance>;

/** What computed, as plain values. */
export type ComputedWith = Pick<Provenance, 'engine' | 'device' | 'threads' | 'half'>;

export function provenanceEntries({ models, ...rest }: Provenance): Record<string, string> {
  const names = Object.entries(models).map(([name, path]) => [name, basename(path)]);
  return { [PROVENANCE_KEY]: JSON.stringify({ ...rest, models: Object.fromEntries(names) }) };
}

/** How a result calls the picture that it was made from: `input` of its {@link Provenance}. */
export function inputName(input: string, output: string): string {
  const isBelow = (path: string) => !/^(?:\.\.|[/\\]|[a-z]:)/i.test(relative('.', resolve(path)));
  if (!isBelow(input) || !isBelow(output)) return basename(input);
  return relative(dirname(resolve(output)), resolve(input)).replaceAll('\\', '/');
}

/** What a result says of itself. */
export interface ResultRecord {
  /** Everything that it depends on, with the input's hash. */
  readonly settings: ToonRecord;
  readonly provenance: Provenance | undefined;
}

/**
 * Reads the settings that a result carries. The file may be anybody's.
 * @throws InputFileError `NOT_A_RESULT`, and where the file cannot be read
 */
export async function readResult(path: string): Promise<ResultRecord> {
  const bytes = await readFile(path).catch((cause) => {
    throw new InputFileError('FILE_MISSING', `${path}: cannot be read`, { cause });
  });
  const metadata = await pictureMetadata(bytes);
  const settings = recordOf(metadata);
  if (settings === undefined) {
    throw new InputFileError(
      'NOT_A_RESULT',
      `${path}: expected a result of toonify with its settings, found none`,
      { hint: 'other programs leave them out when they write a picture anew' },
    );
  }
  return { settings, provenance: readJson(provenance, metadata?.[PROVENANCE_KEY]) };
}
