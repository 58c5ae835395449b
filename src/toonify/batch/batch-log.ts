import type { BatchFiles } from './batch-files.js';
import { openJournal, type Thumbnails } from './journal.js';
import type { Item } from './plan.js';
import { reportFile } from './report.js';
import type { Report, ReportedPicture } from './report-page.js';
import type { Result } from './result.js';
import { totalsOf } from './totals.js';

/** What is kept of a batch while it goes on: the journal, and the report where one is wanted. */
export interface BatchLog {
  /** Whether a program ended, without a word, while it worked on this output. */
  isSuspect(output: string): boolean;
  begin(item: Item): Promise<void>;
  /** @param index of the item; @param isNew whether this run has found it out */
  result(index: number, result: Result, thumbnails?: Thumbnails): Promise<void>;
  /** The work on an item was interrupted, which is not its fault. */
  stopped(item: Item): Promise<void>;
  /** Called at the end, whatever that was. */
  finish(): Promise<void>;
}

export interface BatchDescription extends Pick<Report, 'description' | 'settings'> {
  readonly items: readonly Item[];
  readonly force: boolean;
  /** Where the models are, for another run that wants to find them. */
  readonly models: Readonly<Record<string, unknown>>;
}

/** @throws OutputError where journal or report cannot be written */
export async function openBatchLog(
  files: BatchFiles,
  { description, settings, items, force, models }: BatchDescription,
): Promise<BatchLog> {
  const page = files.report === undefined ? undefined : await reportFile(files.report, force);
  const journal = await openJournal(files.journal);
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const pictures: ReportedPicture[] = items.map(({ input }) => ({ input }));
  const results = () => pictures.flatMap(({ result }) => result ?? []);
  const report = (isFinished: boolean): Report => ({
    description,
    settings,
    pictures,
    seconds: seconds(),
    isFinished,
  });
  await journal.run({
    folder: process.cwd(),
    settings,
    models,
    pictures: items.length,
    todo: items.filter((item) => item.state === 'todo').length,
  });
  return {
    isSuspect: (output) => journal.isSuspect(output),
    begin: ({ input, output }) => journal.begin(input, output!),
    async result(index, result, thumbnails) {
      const { input, output, status } = result;
      const earlier = status === 'skipped' ? journal.remembered(output!) : undefined;
      const known = { ...(earlier?.seconds === undefined ? {} : { seconds: earlier.seconds }), ...result };
      pictures[index] = { input, result: known, thumbnails: thumbnails ?? earlier?.thumbnails };
      if (status !== 'skipped') await journal.result(result, thumbnails);
      await page?.refresh(report(false));
    },
    stopped: ({ input, output }) => journal.stopped(input, output!),
    async finish() {
      const counts = totalsOf(results()).map(({ status, count }) => [status, count]);
      await journal.end({ seconds: seconds(), ...Object.fromEntries(counts) });
      await journal.close();
      await page?.write(report(true));
    },
  };
}
