import { relative, resolve } from 'node:path';
import { describedError } from '../../json/described-error.js';
import { escapeMarkup } from '../../text/markup.js';
import { printable } from '../../text/printable.js';
import type { Thumbnails } from './journal.js';
import { REPORT_MARK, STYLE } from './report-style.js';
import type { Result } from './result.js';
import { duration, totalsOf } from './totals.js';

/** A picture of the report; one without a result is still to be done. */
export interface ReportedPicture {
  readonly input: string;
  readonly result?: Result;
  readonly thumbnails?: Thumbnails;
}

export interface Report {
  /** Models and swap. */
  readonly description: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly pictures: readonly ReportedPicture[];
  /** Since the run began. */
  readonly seconds: number;
  readonly isFinished: boolean;
}

/** A page that goes on by itself while the batch does. */
const RELOAD_SECONDS = 10;

/**
 * The report of a batch as one HTML page that needs nothing but itself: small pictures are inside, links to the files
 * are relative to `folder`, where the page lies. Names and messages are anybody's text and only ever shown as text.
 */
export function reportPage(report: Report, folder: string): string {
  const { description, pictures, settings, seconds, isFinished } = report;
  const results = pictures.flatMap(({ result }) => (result === undefined ? [] : [result]));
  const totals = totalsOf(results);
  const failures = results.filter((result) => result.error !== undefined);
  const state = isFinished ? `finished after ${duration(seconds)}` : `running for ${duration(seconds)}`;
  const rest = pictures.length - results.length;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${REPORT_MARK}
${isFinished ? '' : `<meta http-equiv="refresh" content="${RELOAD_SECONDS}">\n`}<title>${text(description)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${text(description)}</h1>
<p>${pictures.length} pictures, ${state}${rest > 0 ? `, ${rest} to go` : ''}</p>
${rows([['', 'pictures', 'seconds each', 'PSNR'], ...totals.map(({ cells }) => cells)])}
${failures.length === 0 ? '' : `<h2>Failed</h2>\n${failureTable(failures, folder)}`}
<h2>Pictures</h2>
<div class="grid">
${pictures.flatMap((picture) => (isPair(picture) ? [card(picture, folder)] : [])).join('\n')}
</div>
<details><summary>Settings</summary>
${rows(settingRows(settings))}
</details>
</body>
</html>
`;
}

type Pair = ReportedPicture & { readonly result: Result & { readonly output: string } };

function isPair(picture: ReportedPicture): picture is Pair {
  const { result } = picture;
  return result?.output !== undefined && result.status !== 'failed';
}

function card({ input, result, thumbnails }: Pair, folder: string): string {
  const { output, psnr, seconds, status } = result;
  const facts = [
    ...(psnr === undefined || Number.isNaN(psnr) ? [] : [`${psnr.toFixed(1)} dB`]),
    ...(seconds === undefined ? [] : [`${seconds.toFixed(1)} s`]),
    ...(status === 'skipped' ? ['finished before'] : []),
  ];
  return `<figure>
${picture(input, thumbnails?.before, 'before', folder)}${picture(output, thumbnails?.after, 'after', folder)}
<figcaption><b>${text(nameOf(input))}</b><br>${facts.join(' · ')}</figcaption>
</figure>`;
}

function picture(path: string, thumbnail: string | undefined, alt: string, folder: string): string {
  const link = linkTo(path, folder);
  const source = thumbnail === undefined ? link : `data:image/jpeg;base64,${thumbnail}`;
  return `<a href="${link}"><img src="${source}" alt="${alt}" loading="lazy"></a>`;
}

function failureTable(failures: readonly Result[], folder: string): string {
  const body = failures.map(({ input, error }) => {
    const { code, message, hint } = describedError(error);
    const why = hint === undefined ? text(message) : `${text(message)}<br><i>${text(hint)}</i>`;
    return `<tr><td><a href="${linkTo(input, folder)}">${text(nameOf(input))}</a></td><td>${text(code)}</td><td>${why}</td></tr>`;
  });
  return `<table>\n${body.join('\n')}\n</table>`;
}

function rows(cells: readonly (readonly string[])[]): string {
  const row = (list: readonly string[]) => list.map((cell) => `<td>${text(cell)}</td>`).join('');
  return `<table>\n${cells.map((list) => `<tr>${row(list)}</tr>`).join('\n')}\n</table>`;
}

function settingRows(settings: Readonly<Record<string, unknown>>): string[][] {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return given.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]);
}

function nameOf(path: string): string {
  return path.split(/[/\\]/).at(-1)!;
}

/** A relative address; every character that means something in one is encoded, and half a character replaced. */
function linkTo(path: string, folder: string): string {
  const parts = relative(resolve(folder), resolve(path)).split(/[/\\]/);
  return parts
    .map((part) => encodeURIComponent(Buffer.from(part).toString()))
    .join('/')
    .replaceAll("'", '%27');
}

function text(value: string): string {
  return escapeMarkup(printable(value));
}
