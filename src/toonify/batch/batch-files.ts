import { dirname, join } from 'node:path';
import { isFolder } from '../../files/folders.js';
import { JOURNAL_NAME, REPORT_NAME } from './inputs.js';
import { destinationOf } from './outputs.js';

/** The files about a batch. */
export interface BatchFiles {
  readonly journal: string;
  readonly report?: string;
}

interface BatchOptions {
  readonly out?: string;
  /** A name of its own, or false for none. */
  readonly report?: string | boolean;
}

/**
 * Where the journal and the report of a run are; undefined where it has none. They lie with the results of a folder
 * (of several folders, with the first one's), and of several pictures that go to a folder of their own. Other runs
 * have them where a report is asked for.
 */
export async function batchFilesOf(
  paths: readonly string[],
  { out, report = true }: BatchOptions,
): Promise<BatchFiles | undefined> {
  const areFolders = await Promise.all(paths.map(isFolder));
  const folders = paths.filter((_, i) => areFolders[i]);
  const pictures = paths.filter((_, i) => !areFolders[i]);
  const destination = await destinationOf(out, folders, pictures);
  const isBatch = folders.length > 0 || (out !== undefined && paths.length > 1);
  if (isBatch && destination.kind === 'folders') {
    const place = destination.all[0]!;
    const page = report === true ? join(place, REPORT_NAME) : report;
    return { journal: join(place, JOURNAL_NAME), report: page === false ? undefined : page };
  }
  return typeof report === 'string' ? { journal: join(dirname(report), JOURNAL_NAME), report } : undefined;
}
