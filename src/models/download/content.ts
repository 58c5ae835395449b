import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InputFileError } from '../../errors.js';
import { connectionError, Interruption, MAX_DOWNLOAD_BYTES, tooLarge } from './errors.js';

/** What an answer says about the file that it brings. */
export interface Announcement {
  /** Bytes of the body as it is sent; undefined where the server does not say. */
  readonly length: number | undefined;
  /** We ask for the file as it is; some servers compress all the same. */
  readonly isGzip: boolean;
}

/**
 * Reads the head of an answer that brings a file.
 * @throws InputFileError `DOWNLOAD_IS_PAGE`, `DOWNLOAD_ENCODING`, `DOWNLOAD_TOO_LARGE`
 */
export function announcementOf(url: string, { headers }: IncomingMessage): Announcement {
  if (/^(text\/html|application\/xhtml)/i.test(headers['content-type'] ?? '')) {
    throw new InputFileError('DOWNLOAD_IS_PAGE', `${url}: expected a file, found a web page`, {
      hint: 'download the file with a browser, then: blend models add NAME PATH',
    });
  }
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const isGzip = encoding === 'gzip' || encoding === 'x-gzip';
  if (!isGzip && encoding !== 'identity' && encoding !== '') {
    throw new InputFileError(
      'DOWNLOAD_ENCODING',
      `${url}: expected the file as it is, found it encoded as ${encoding}`,
    );
  }
  const text = headers['content-length'];
  const length = text === undefined ? undefined : Number(text);
  if (length !== undefined && !(length <= MAX_DOWNLOAD_BYTES)) throw tooLarge(url, text!);
  return { length, isGzip };
}

/**
 * The bytes of the file that an answer brings, piece by piece.
 * @throws Interruption where it ends too early; InputFileError `DOWNLOAD_DAMAGED`
 */
export async function* contentOf(
  url: string,
  answer: IncomingMessage,
  { length, isGzip }: Announcement,
): AsyncGenerator<Buffer> {
  let received = 0;
  answer.on('data', (piece: Buffer) => {
    received += piece.length;
  });
  try {
    // A failure of the connection reaches the unpacked stream, from which it is thrown.
    yield* isGzip ? pipeline(answer, createGunzip(), () => {}) : answer;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_') && answer.complete) {
      throw new InputFileError('DOWNLOAD_DAMAGED', `${url}: the server's compression is damaged`, {
        cause: error,
      });
    }
    throw code?.startsWith('Z_')
      ? new Interruption('the answer ended too early')
      : connectionError(url, error);
  }
  if (!answer.complete || (length !== undefined && received !== length)) {
    throw new Interruption(`the answer ended after ${received} bytes`);
  }
}
