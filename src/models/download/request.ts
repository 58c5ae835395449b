import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { AbortedError, InputFileError } from '../../errors.js';
import { connectionError, Interruption } from './errors.js';

/** As many as browsers follow would be 20; content networks use one or two. */
const MAX_REDIRECTS = 10;

export interface RequestOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds without a byte after which the connection counts as lost. */
  readonly idleMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks for a file, following redirects. Node's own `http` and not `fetch`, which decodes what the server has encoded:
 * afterwards nobody knows how many bytes had to come.
 *
 * @throws Interruption; InputFileError `DOWNLOAD_FAILED`, `DOWNLOAD_REDIRECTS`, `DOWNLOAD_INSECURE`
 */
export async function request(url: string, options: RequestOptions): Promise<IncomingMessage> {
  const visited = new Set<string>();
  for (let at = url; ; ) {
    visited.add(at);
    const answer = await requestOnce(at, options);
    const { statusCode = 0 } = answer;
    if (statusCode < 300 || statusCode > 399 || statusCode === 304) return answer;
    answer.destroy();
    at = redirectTarget(at, answer.headers.location);
    if (visited.has(at) || visited.size > MAX_REDIRECTS) {
      const words = visited.has(at)
        ? 'the redirects lead in a circle'
        : `more than ${MAX_REDIRECTS} redirects`;
      throw new InputFileError('DOWNLOAD_REDIRECTS', `${url}: ${words}`);
    }
  }
}

/**
 * Where a redirect leads.
 * @throws InputFileError `DOWNLOAD_REDIRECTS`, `DOWNLOAD_INSECURE` where it would give up the encrypted connection
 */
export function redirectTarget(from: string, location: string | undefined): string {
  if (location === undefined || !URL.canParse(location, from)) {
    throw new InputFileError('DOWNLOAD_REDIRECTS', `${from}: a redirect without a place to go to`);
  }
  const target = new URL(location, from);
  const isSecure = target.protocol === 'https:';
  if (!isSecure && target.protocol !== 'http:') {
    throw new InputFileError(
      'DOWNLOAD_REDIRECTS',
      `${from}: a redirect to ${target.protocol}, which is no web address`,
    );
  }
  if (!isSecure && new URL(from).protocol === 'https:') {
    throw new InputFileError('DOWNLOAD_INSECURE', `${from}: a redirect from https to ${target.origin}`, {
      hint: 'on the way anybody could replace the file; download it from a place that you trust',
    });
  }
  return target.href;
}

function requestOnce(url: string, { headers, idleMs, signal }: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? requestHttps : requestHttp;
    // A connection of its own: nothing that is kept open delays the end of the process.
    const sent = send(url, { headers, agent: false, ...(signal === undefined ? {} : { signal }) });
    sent.setTimeout(idleMs, () => sent.destroy(new Interruption(`nothing came for ${idleMs / 1000} s`)));
    sent.on('response', resolve);
    sent.on('error', (error) => reject(signal?.aborted ? new AbortedError() : connectionError(url, error)));
    sent.end();
  });
}
