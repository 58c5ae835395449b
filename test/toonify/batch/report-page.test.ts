import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputFileError } from '../../../src/errors.js';
import { reportPage } from '../../../src/toonify/batch/report-page.js';

const awkward = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
  fc.constantFrom('<script>alert(1)</script>', `"' onerror='x`, '&lt;', 'ü 😀 a:b#c?d%41.png', 'new\nline'),
);

test('whatever names and messages are, they are text, and links lead to the files', () => {
  fc.assert(
    fc.property(awkward, awkward, (name, message) => {
      const file = name.replace(/[/\\]/g, '_').replace(/^\.*$/, '_');
      const input = join('photos', file);
      const html = reportPage(
        {
          description: message,
          settings: { loss: message },
          seconds: 1,
          isFinished: true,
          pictures: [
            { input, result: { input, output: join('toons', file), status: 'done', psnr: 20, seconds: 1 } },
            { input, result: { input, status: 'failed', error: new InputFileError('CODE', message) } },
          ],
        },
        'toons',
      );
      const plain = reportPage(
        { description: '', settings: { loss: '' }, seconds: 1, isFinished: true, pictures: [] },
        'toons',
      );
      const tags = (page: string) => new Set([...page.matchAll(/<\/?([a-z0-9]+)/gi)].map(([, tag]) => tag));
      const known = [...tags(plain), 'figure', 'figcaption', 'b', 'br', 'i', 'a', 'img', 'h2'];
      for (const tag of tags(html)) expect(known).toContain(tag);

      const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, link]) => link!);
      const wellFormed = Buffer.from(file).toString();
      const to = (link: string) => link.split('/').map(decodeURIComponent).join('/');
      expect(links.map(to)).toEqual([`../photos/${wellFormed}`, `../photos/${wellFormed}`, wellFormed]);
      for (const link of links) expect(link).toMatch(/^[\w.!~*()%/-]+$/);
    }),
    { numRuns: 60 },
  );
});

test('a page that is not finished loads itself again', () => {
  const page = (isFinished: boolean) =>
    reportPage(
      { description: '', settings: {}, seconds: 3, isFinished, pictures: [{ input: 'a.png' }] },
      '.',
    );
  expect(page(false)).toContain('http-equiv="refresh"');
  expect(page(false)).toContain('1 to go');
  expect(page(true)).not.toContain('refresh');
});
