import { appendFile, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readLineLog } from '../../src/files/line-log.js';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { filesIn, killedAt, run, stopped } from './cli.js';

async function withPhotos(...names: string[]): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'photos'));
  for (const [i, name] of names.entries()) {
    await copyFile(fixture(`pictures/person-0${i + 1}.png`), join(folder, 'photos', name));
  }
  return folder;
}

const types = (entries: readonly Record<string, unknown>[]) => entries.map(({ type }) => type);

test('kill -9, and the next run goes on; journal and report know of both', async () => {
  const folder = await withPhotos('a.png', 'b.png', 'c.png');
  const args = ['photos', '--profile', 'reference', '--steps', '30', '--jobs', '1', '--threads', '1'];
  const killed = await stopped('toonify', args, folder, /a-toon\.png, found/, 'SIGKILL');
  expect(killed.code).toBe(null);
  const results = join(folder, 'photos-toons');
  // What a process leaves that dies while it writes.
  await writeFile(join(results, '.b-toon.png.0123456789ab.tmp'), 'half');
  await writeFile(join(results, '.other.0123456789ab.tmp'), 'of somebody else');
  const path = join(results, 'toonify.jsonl');
  expect(types(await readLineLog(path)).slice(0, 3)).toEqual(['run', 'begin', 'done']);
  await appendFile(path, '{"type":"begin","input":"../photos/b.png","output":"b-toon.png"}\n{"type":"do');
  const before = (await readLineLog(path)).length;

  const second = await run('toonify', [...args, '--json'], folder);
  expect(second.code).toBe(0);
  const document = JSON.parse(second.stdout);
  expect(document).toMatchObject({
    journal: 'photos-toons/toonify.jsonl',
    report: 'photos-toons/report.html',
  });
  const statuses = document.results.map(({ status }: { status: string }) => status);
  expect(statuses).toEqual(['skipped', 'done', 'done']);
  const journal = await readLineLog(path);
  // On b the first run died: it comes last.
  expect(journal.slice(before).map(({ type, output }) => [type, output])).toEqual([
    ['run', undefined],
    ...['c', 'b'].flatMap((name) => ['begin', 'done'].map((type) => [type, `${name}-toon.png`])),
    ['end', undefined],
  ]);
  expect(journal.at(-1)).toMatchObject({ done: 2, skipped: 1, failed: 0 });
  const page = await readFile(join(results, 'report.html'), 'utf8');
  expect(page.match(/<img src="data:image\/jpeg;base64,/g)).toHaveLength(6);
  expect(await filesIn(results)).toEqual([
    '.other.0123456789ab.tmp',
    'a-toon.png',
    'b-toon.png',
    'c-toon.png',
    'report.html',
    'toonify.jsonl',
  ]);
});

test('kill -9 within a picture: the next run goes on there, and the result is the same to the bit', async () => {
  const folder = await withPhotos('a.png');
  const args = ['photos', '--no-align', '--profile', 'reference', '--steps', '200', '--threads', '1'];
  const killed = [...args, '--out', 'photos'];
  await Promise.all([
    killedAt(join(folder, 'photos', 'a-toon.png.search'), 'toonify', killed, folder),
    run('toonify', [...args, '--out', 'whole'], folder),
  ]);
  const { code, stderr } = await run('toonify', killed, folder);
  expect(code).toBe(0);
  expect(stderr).toMatch(/a-toon\.png, found again at .*, from step [1-9]\d* of an earlier run/);
  expect(await filesIn(join(folder, 'photos'))).toEqual([
    'a-toon.png',
    'a.png',
    'report.html',
    'toonify.jsonl',
  ]);
  const [one, other] = await Promise.all(
    ['photos', 'whole'].map((place) =>
      sharp(join(folder, place, 'a-toon.png'))
        .raw()
        .toBuffer(),
    ),
  );
  expect(one!.equals(other!)).toBe(true);
});

test('several at once give what one after the other gives', async () => {
  const folder = await withPhotos('a.png', 'b.png', 'c.png');
  await writeFile(join(folder, 'photos', 'no <b>picture.jpg'), 'text');
  const args = ['photos', '--profile', 'reference', '--steps', '3', '--threads', '1', '--out'];
  const many = await run('toonify', [...args, 'many', '--jobs', '3'], folder);
  const one = await run('toonify', [...args, 'one', '--jobs', '1', '--no-report'], folder);
  expect([many.code, one.code]).toEqual([5, 5]);
  expect(many.stderr).toMatch(/done +3 /);
  for (const name of ['a', 'b', 'c']) {
    const [x, y] = await Promise.all(
      ['many', 'one'].map((place) =>
        sharp(join(folder, place, `${name}-toon.png`))
          .raw()
          .toBuffer(),
      ),
    );
    expect(x!.equals(y!)).toBe(true);
  }
  expect(await filesIn(join(folder, 'one'))).not.toContain('report.html');
  const page = await readFile(join(folder, 'many', 'report.html'), 'utf8');
  expect(page).toContain('no &lt;b&gt;picture.jpg');
  expect(page).not.toContain('<b>picture');
});

test('a file that is no report is not replaced by one', async () => {
  const folder = await withPhotos('a.png');
  await writeFile(join(folder, 'mine.html'), '<p>mine</p>');
  const args = [
    'photos/a.png',
    '--profile',
    'reference',
    '--steps',
    '1',
    '--threads',
    '1',
    '--report',
    'mine.html',
  ];
  const { code, stderr } = await run('toonify', args, folder);
  expect(code).toBe(4);
  expect(stderr).toContain('mine.html: the file exists already, and is no report');
  expect(await readFile(join(folder, 'mine.html'), 'utf8')).toBe('<p>mine</p>');

  // A report among the pictures is none of them.
  const among = [
    'photos',
    '--no-align',
    ...args.slice(1, -1),
    'photos/page.html',
    '--out',
    'photos',
    '--quiet',
  ];
  for (let k = 0; k < 2; k++)
    expect(await run('toonify', among, folder)).toMatchObject({ code: 0, stderr: '' });
});
