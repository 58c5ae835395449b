import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

export interface Served {
  /** http://127.0.0.1:PORT, without a slash. */
  readonly origin: string;
  /** What was asked for so far. */
  readonly requests: IncomingMessage[];
}

/** A server on this machine that stops after the test. */
export async function serve(listener: RequestListener): Promise<Served> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

export interface FileOptions {
  readonly etag?: string;
  /** The connection breaks after this many bytes of each answer … */
  readonly breakAfter?: number;
  /** … and not before so many bytes of the file have arrived: what the client has not read yet is lost with it. */
  readonly arrived?: () => number;
}

/** Answers with a file, or the part of it that was asked for, as a good server does. */
export function sendFile(
  { headers }: IncomingMessage,
  response: ServerResponse,
  content: Buffer,
  { etag = '"v1"', breakAfter, arrived }: FileOptions = {},
): void {
  response.setHeader('ETag', etag);
  const wanted = /^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1];
  const from = wanted === undefined || headers['if-range'] !== etag ? 0 : Number(wanted);
  if (from >= content.length) {
    response.writeHead(416, { 'Content-Range': `bytes */${content.length}` }).end();
    return;
  }
  if (from > 0) {
    response.statusCode = 206;
    response.setHeader('Content-Range', `bytes ${from}-${content.length - 1}/${content.length}`);
  }
  response.setHeader('Content-Length', content.length - from);
  if (breakAfter === undefined || from + breakAfter >= content.length) {
    response.end(content.subarray(from));
    return;
  }
  response.write(content.subarray(from, from + breakAfter));
  breakOnce(response, () => arrived === undefined || arrived() >= from + breakAfter);
}

/** Breaks a connection as soon as something has happened. */
export function breakOnce(response: ServerResponse, happened: () => boolean): void {
  const timer = setInterval(() => {
    if (!happened()) return;
    clearInterval(timer);
    response.destroy();
  }, 10);
  response.on('close', () => clearInterval(timer));
}
