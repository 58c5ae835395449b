import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OutputError } from '../../errors.js';
import { writeFileAtomically } from '../../files/atomic-write.js';
import { type Report, reportPage } from './report-page.js';
import { REPORT_MARK } from './report-style.js';

/** The page is written anew at most this often: of a thousand pictures it is some ten megabytes. */
const EVERY_MS = 5000;

/** A report on the disk that follows the batch. */
export interface ReportFile {
  readonly path: string;
  /** Writes the page, unless that was done a moment ago. */
  refresh(report: Report): Promise<void>;
  /** Writes it whatever the time. */
  write(report: Report): Promise<void>;
}

/**
 * @param force whether a file that is no report may be replaced; an earlier report always is
 * @throws OutputError `OUTPUT_EXISTS`
 */
export async function reportFile(path: string, force: boolean): Promise<ReportFile> {
  const previous = await readFile(path, 'utf8').catch(() => undefined);
  if (previous !== undefined && !force && !previous.slice(0, 1000).includes(REPORT_MARK)) {
    throw new OutputError('OUTPUT_EXISTS', `${path}: the file exists already, and is no report`, {
      hint: 'choose another name with `report`, or leave the report out with `report: false`',
    });
  }
  let last = Number.NEGATIVE_INFINITY;
  let queue: Promise<void> = Promise.resolve();
  const write = (report: Report) => {
    last = performance.now();
    queue = queue
      .catch(() => {})
      .then(() => writeFileAtomically(path, Buffer.from(reportPage(report, dirname(path))), { force: true }));
    return queue;
  };
  return {
    path,
    write,
    refresh: async (report) => {
      if (performance.now() - last >= EVERY_MS) await write(report);
    },
  };
}
