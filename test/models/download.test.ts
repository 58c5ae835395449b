import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type DownloadOptions, download } from '../../src/models/download/download.js';
import { MAX_DOWNLOAD_BYTES } from '../../src/models/download/errors.js';
import { redirectTarget } from '../../src/models/download/request.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { noise } from './home.js';
import { breakOnce, sendFile, serve } from './server.js';

const CONTENT = noise(300_000);

/** Short waits: nothing here is far away. */
const QUICK: DownloadOptions = { retryMs: 5, idleMs: 5000 };

/** A download that says how much of it has arrived. */
function counted(): { options: DownloadOptions; arrived: () => number } {
  let arrived = 0;
  const onProgress = (done: number) => {
    arrived = done;
  };
  return { options: { ...QUICK, onProgress }, arrived: () => arrived };
}

async function partFile(): Promise<string> {
  return join(await temporaryFolder(), 'x.part');
}

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no failure',
    (error) => error,
  );

describe('an undisturbed download', () => {
  test('brings the file, and says how far it is', async () => {
    const { origin, requests } = await serve((request, response) => sendFile(request, response, CONTENT));
    const part = await partFile();
    const seen: [number, number | undefined][] = [];
    await download(`${origin}/x.pkl`, part, { ...QUICK, onProgress: (...step) => seen.push(step) });
    expect((await readFile(part)).equals(CONTENT)).toBe(true);
    expect(seen.at(-1)).toEqual([CONTENT.length, CONTENT.length]);
    expect(requests.map(({ headers }) => headers['accept-encoding'])).toEqual(['identity']);
  });

  test('of an answer without a length', async () => {
    const { origin } = await serve((_, response) => {
      response.write(CONTENT.subarray(0, 1000));
      response.end(CONTENT.subarray(1000));
    });
    const part = await partFile();
    await download(origin, part, QUICK);
    expect((await readFile(part)).equals(CONTENT)).toBe(true);
  });

  test('of a file that the server compresses although it was asked not to', async () => {
    const { origin } = await serve((_, response) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.end(gzipSync(CONTENT));
    });
    const part = await partFile();
    await download(origin, part, QUICK);
    expect((await readFile(part)).equals(CONTENT)).toBe(true);
    expect(existsSync(`${part}.json`)).toBe(false);
  });
});

describe('an interrupted download', () => {
  test('goes on where it was, within one call', async () => {
    const { options, arrived } = counted();
    const { origin, requests } = await serve((request, response) =>
      sendFile(request, response, CONTENT, { breakAfter: 100_000, arrived }),
    );
    const part = await partFile();
    await download(origin, part, options);
    expect((await readFile(part)).equals(CONTENT)).toBe(true);
    expect(requests.map(({ headers }) => headers.range)).toEqual([
      undefined,
      'bytes=100000-',
      'bytes=200000-',
    ]);
    expect(requests[1]?.headers['if-range']).toBe('"v1"');
  });

  test('goes on where it was, in the next call', async () => {
    const { options, arrived } = counted();
    let breakAfter: number | undefined = 100_000;
    const { origin, requests } = await serve((request, response) =>
      sendFile(request, response, CONTENT, breakAfter === undefined ? {} : { breakAfter, arrived }),
    );
    const part = await partFile();
    expect(await failureOf(download(origin, part, { ...options, retries: 0 }))).toMatchObject({
      code: 'DOWNLOAD_FAILED',
      hint: expect.stringMatching(/goes on/),
    });
    breakAfter = undefined;
    await download(origin, part, options);
    expect((await readFile(part)).equals(CONTENT)).toBe(true);
    expect(requests[1]?.headers.range).toBe('bytes=100000-');
  });

  test('starts again where the server ignores ranges', async () => {
    const { options, arrived } = counted();
    let answers = 0;
    const { origin, requests } = await serve((_, response) => {
      response.writeHead(200, { ETag: '"v1"', 'Content-Length': CONTENT.length });
      if (answers++ > 0) response.end(CONTENT);
      else {
        response.write(CONTENT.subarray(0, 1000));
        breakOnce(response, () => arrived() >= 1000);
      }
    });
    const part = await partFile();
    await download(origin, part, options);
    expect((await readFile(part)).equals(CONTENT)).toBe(true);
    expect(requests[1]?.headers.range).toBe('bytes=1000-');
  });

  test('starts again where the file has changed meanwhile', async () => {
    const { options, arrived } = counted();
    const changed = noise(200_000, 2);
    let first = true;
    const { origin } = await serve((request, response) => {
      if (first) sendFile(request, response, CONTENT, { breakAfter: 250_000, arrived });
      else sendFile(request, response, changed, { etag: '"v2"' });
      first = false;
    });
    const part = await partFile();
    await download(origin, part, options);
    expect((await readFile(part)).equals(changed)).toBe(true);
  });

  test('never puts together two versions, even where the server ignores If-Range', async () => {
    const { options, arrived } = counted();
    const changed = noise(300_000, 2);
    let first = true;
    const { origin } = await serve((request, response) => {
      if (first) sendFile(request, response, CONTENT, { breakAfter: 250_000, arrived });
      else if (request.headers.range === undefined) sendFile(request, response, changed, { etag: '"v2"' });
      else {
        response.writeHead(206, { ETag: '"v2"', 'Content-Range': 'bytes 250000-299999/300000' });
        response.end(changed.subarray(250_000));
      }
      first = false;
    });
    const part = await partFile();
    await download(origin, part, options);
    expect((await readFile(part)).equals(changed)).toBe(true);
  });

  test.each([
    ['another range', { 'Content-Range': 'bytes 0-299999/300000' }, CONTENT],
    ['no range', {}, CONTENT.subarray(100_000)],
    [
      'a compressed range',
      { 'Content-Range': 'bytes 100000-299999/300000', 'Content-Encoding': 'gzip' },
      gzipSync(CONTENT.subarray(100_000)),
    ],
  ])('starts again where the server sends %s', async (_, headers, body) => {
    const { options, arrived } = counted();
    const { origin } = await serve((request, response) => {
      if (request.headers.range === undefined && requestsSoFar++ > 0) sendFile(request, response, CONTENT);
      else if (request.headers.range === undefined)
        sendFile(request, response, CONTENT, { breakAfter: 100_000, arrived });
      else response.writeHead(206, headers as Record<string, string>).end(body);
    });
    let requestsSoFar = 0;
    const part = await partFile();
    await download(origin, part, options);
    expect((await readFile(part)).equals(CONTENT)).toBe(true);
  });

  test('is finished where only the end was not noticed (416)', async () => {
    const { origin, requests } = await serve((request, response) => sendFile(request, response, CONTENT));
    const part = await partFile();
    await download(origin, part, QUICK);
    await download(origin, part, QUICK);
    expect(requests.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=300000-']);
    expect((await readFile(part)).equals(CONTENT)).toBe(true);
  });

  test('starts again where the part is longer than the file (416)', async () => {
    const { origin } = await serve((request, response) => sendFile(request, response, CONTENT));
    const part = await partFile();
    await download(origin, part, QUICK);
    await writeFile(part, noise(400_000, 3));
    await download(origin, part, QUICK);
    expect((await readFile(part)).equals(CONTENT)).toBe(true);
  });

  test('starts again where nothing says which file the part belongs to', async () => {
    const { origin, requests } = await serve((request, response) =>
      sendFile(request, response, CONTENT, { etag: 'W/"1"' }),
    );
    const part = await partFile();
    await download(origin, part, QUICK);
    await writeFile(`${part}.json`, 'not JSON');
    await download(origin, part, QUICK);
    expect(requests.map(({ headers }) => headers.range)).toEqual([undefined, undefined]);
  });

  test('a compressed answer that was cut off is asked for again from its beginning', async () => {
    const { options, arrived } = counted();
    const packed = gzipSync(CONTENT);
    let answers = 0;
    const { origin } = await serve((_, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': packed.length, ETag: '"v1"' });
      if (answers++ > 0) response.end(packed);
      else {
        response.write(packed.subarray(0, 50_000));
        breakOnce(response, () => arrived() > 0);
      }
    });
    const part = await partFile();
    await download(origin, part, options);
    expect((await readFile(part)).equals(CONTENT)).toBe(true);
  });
});

describe('a server that does not do its work', () => {
  test('is waited for only so long', async () => {
    const { origin, requests } = await serve((_, response) => {
      response.writeHead(200, { 'Content-Length': 1000 });
      response.write('x');
    });
    const failure = await failureOf(
      download(origin, await partFile(), { retryMs: 5, idleMs: 60, retries: 1 }),
    );
    expect(failure).toMatchObject({ name: 'InputFileError', code: 'DOWNLOAD_FAILED' });
    expect(requests.length).toBe(2);
  });

  test('is waited for only so long where it does not answer at all', async () => {
    const { origin } = await serve(() => {});
    const failure = await failureOf(
      download(origin, await partFile(), { retryMs: 5, idleMs: 60, retries: 1 }),
    );
    expect(failure).toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringMatching(/nothing came for 0.06 s/),
    });
  });

  test('is asked again when it is busy', async () => {
    let answers = 0;
    const { origin } = await serve((request, response) => {
      if (answers++ < 2) response.writeHead(503).end();
      else sendFile(request, response, CONTENT);
    });
    const part = await partFile();
    await download(origin, part, QUICK);
    expect((await readFile(part)).equals(CONTENT)).toBe(true);
  });

  const CASES: [string, number, Record<string, string | number>, Buffer | string, string, RegExp][] = [
    ['a missing file', 404, {}, '', 'DOWNLOAD_FAILED', /answered 404, no such file/],
    ['a forbidden file', 403, {}, '', 'DOWNLOAD_FAILED', /answered 403/],
    ['a partial answer to no such question', 206, {}, 'x', 'DOWNLOAD_FAILED', /answered 206/],
    [
      'a web page',
      200,
      { 'Content-Type': 'text/html; charset=utf-8' },
      '<html>',
      'DOWNLOAD_IS_PAGE',
      /web page/,
    ],
    ['an empty file', 200, { 'Content-Length': 0 }, '', 'DOWNLOAD_EMPTY', /nothing in it/],
    [
      'Brotli',
      200,
      { 'Content-Encoding': 'br' },
      brotliCompressSync('x'),
      'DOWNLOAD_ENCODING',
      /encoded as br/,
    ],
    [
      'damaged gzip',
      200,
      { 'Content-Encoding': 'gzip' },
      'this is no gzip',
      'DOWNLOAD_DAMAGED',
      /compression is damaged/,
    ],
    [
      '9 GiB',
      200,
      { 'Content-Length': MAX_DOWNLOAD_BYTES + 1 },
      '',
      'DOWNLOAD_TOO_LARGE',
      /at most 8589934592/,
    ],
  ];
  test.each(CASES)('%s is refused at once', async (_, status, headers, body, code, message) => {
    const { origin, requests } = await serve((_, response) => {
      response.writeHead(status, headers);
      response.end(body);
    });
    const failure = await failureOf(download(`${origin}/x`, await partFile(), QUICK));
    expect(failure).toMatchObject({ name: 'InputFileError', code, message: expect.stringMatching(message) });
    expect(failure.message).not.toContain('\n');
    expect(requests.length).toBe(1);
  });

  test('a port where nobody listens', async () => {
    const failure = await failureOf(download('http://127.0.0.1:1/x', await partFile(), QUICK));
    expect(failure).toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringMatching(/cannot be reached/),
    });
  });

  test('an abort signal ends it', async () => {
    const { origin } = await serve((request, response) =>
      sendFile(request, response, CONTENT, { breakAfter: 1000 }),
    );
    const { signal } = { signal: AbortSignal.timeout(50) };
    const failure = await failureOf(download(origin, await partFile(), { retryMs: 5000, signal }));
    expect(failure).toMatchObject({ name: 'AbortedError' });
  });

  test('a part that cannot be written is an output error', async () => {
    const { origin } = await serve((request, response) => sendFile(request, response, CONTENT));
    const failure = await failureOf(download(origin, join(await temporaryFolder(), 'no', 'x.part'), QUICK));
    expect(failure).toMatchObject({ name: 'OutputError', code: 'OUTPUT_FOLDER_MISSING' });
  });
});

describe('redirects', () => {
  test('are followed, relative and absolute', async () => {
    const { origin } = await serve((request, response) => {
      if (request.url === '/a') response.writeHead(302, { Location: '/b' }).end();
      else if (request.url === '/b') response.writeHead(307, { Location: `${origin}/c?d` }).end();
      else sendFile(request, response, CONTENT);
    });
    const part = await partFile();
    await download(`${origin}/a`, part, QUICK);
    expect((await readFile(part)).equals(CONTENT)).toBe(true);
  });

  const CASES: [string, (url: string) => string | undefined, string, RegExp][] = [
    ['a circle', (url) => (url === '/a' ? '/b' : '/a'), 'DOWNLOAD_REDIRECTS', /in a circle/],
    ['too many', (url) => `${url}a`, 'DOWNLOAD_REDIRECTS', /more than 10/],
    ['nowhere', () => undefined, 'DOWNLOAD_REDIRECTS', /without a place/],
    ['to a file', () => 'file:///etc/passwd', 'DOWNLOAD_REDIRECTS', /file:/],
  ];
  test.each(CASES)('%s', async (_, locationOf, code, message) => {
    const { origin } = await serve((request, response) => {
      const location = locationOf(request.url ?? '');
      response.writeHead(302, location === undefined ? {} : { Location: location }).end();
    });
    const failure = await failureOf(download(`${origin}/a`, await partFile(), QUICK));
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('from https to http are refused', () => {
    expect(redirectTarget('https://a.example/x', '//b.example/y')).toBe('https://b.example/y');
    expect(redirectTarget('http://a.example/x', 'https://b.example/y')).toBe('https://b.example/y');
    expect(() => redirectTarget('https://a.example/x', 'http://a.example/x')).toThrow(/from https to http:/);
  });
});
