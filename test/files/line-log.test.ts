import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openLineLog, readLineLog } from '../../src/files/line-log.js';
import { temporaryFolder } from '../support/temporary-folder.js';

test('wherever a log is torn, what was complete before is read and what is added after it is whole', async () => {
  const folder = await temporaryFolder();
  const entries = fc.array(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer())), { maxLength: 5 });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(entries, fc.nat(), async (given, seed) => {
      const path = join(folder, `${run++}.jsonl`);
      const log = await openLineLog(path);
      await Promise.all(given.map((entry) => log.append(entry)));
      await log.close();
      expect(await readLineLog(path)).toEqual(given);

      const bytes = await readFile(path);
      const cut = seed % (bytes.length + 1);
      await writeFile(path, bytes.subarray(0, cut));
      // A line that lacks nothing but its end is whole.
      const whole = bytes.subarray(0, cut + 1).filter((byte) => byte === 0x0a).length;
      const again = await openLineLog(path);
      await again.append({ last: true });
      await again.close();
      expect(await readLineLog(path)).toEqual([...given.slice(0, whole), { last: true }]);
    }),
    { numRuns: 30 },
  );
});

test('lines that are no objects are left out, and a log that is not there is empty', async () => {
  const path = join(await temporaryFolder(), 'log.jsonl');
  expect(await readLineLog(path)).toEqual([]);
  await appendFile(path, '{"a":1}\n[1]\nnull\n\u0000\u0001\n{"b":2}\n{"c":');
  expect(await readLineLog(path)).toEqual([{ a: 1 }, { b: 2 }]);
});

test('a log that cannot be written is an error of the output', async () => {
  const folder = await temporaryFolder();
  await expect(openLineLog(join(folder, 'missing', 'log.jsonl'))).rejects.toMatchObject({
    name: 'OutputError',
  });
});
