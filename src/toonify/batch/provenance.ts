import { readFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { z } from 'zod';
import type { EngineChoice } from '../../cli/options/options.js';
import { DEVICES, ENGINES } from '../../engine/engine.js';
import { InputFileError } from '../../errors.js';
import { pictureMetadata } from '../../picture/picture-metadata.js';
import type { ModelNames } from '../models.js';
import { RECORD_VERSION, RESULT_KEY } from './record.js';

/** The key of a result's metadata that helps to make it again: how things were called, and what computed. */
const PROVENANCE_KEY = 'toonify_run';

/** Names help to find files; which file it has to be, its hash says. */
export interface Provenance extends EngineChoice {
  /**
   * From the result's folder, where both lie below the folder that one works in; else without folders, which say nothing
   * on another machine and may be private.
   */
  readonly input: string;
  readonly models: ModelNames;
}

export function provenanceEntries({
  input,
  models,
  engine,
  device,
  threads,
  half,
}: Provenance): Record<string, string> {
  const names = Object.fromEntries(Object.entries(models).map(([role, name]) => [role, basename(name)]));
  return {
    [PROVENANCE_KEY]: JSON.stringify({
      input,
      models: names,
      engine,
      device,
      threads,
      half,
    }),
  };
}

/** How a result calls the picture that it was made from: {@link Provenance.input}. */
export function inputName(input: string, output: string): string {
  const isBelow = (path: string) => !/^(?:\.\.|[/\\]|[a-z]:)/i.test(relative('.', resolve(path)));
  if (!isBelow(input) || !isBelow(output)) return basename(input);
  return relative(dirname(resolve(output)), resolve(input)).replaceAll('\\', '/');
}

const SHA256 = /^[0-9a-f]{64}$/;

const recorded = z.looseObject({
  version: z.literal(RECORD_VERSION),
  input: z.string().regex(SHA256),
  base: z.string().regex(SHA256),
});

const provenance = z.object({
  input: z.string().min(1).max(4096),
  models: z.object({
    base: z.string(),
    transfer: z.string().optional(),
    model: z.string().optional(),
  }),
  engine: z.enum(['auto', ...ENGINES]),
  device: z.enum([...DEVICES, 'auto']),
  threads: z.int().min(1).max(1024).optional(),
  half: z.boolean().optional(),
});

/** What a result says of itself. */
export interface ResultRecord {
  /** Everything that it depends on, with the input's hash. */
  readonly settings: Readonly<Record<string, unknown>>;
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
  const settings = parsed(recorded, metadata?.[RESULT_KEY]);
  if (settings === undefined) {
    throw new InputFileError(
      'NOT_A_RESULT',
      `${path}: expected a result of toonify with its settings, found none`,
      {
        hint: 'other programs leave them out when they write a picture anew',
      },
    );
  }
  return { settings, provenance: parsed(provenance, metadata?.[PROVENANCE_KEY]) as Provenance | undefined };
}

function parsed<T>(schema: z.ZodType<T>, text: string | undefined): T | undefined {
  try {
    return schema.parse(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}
