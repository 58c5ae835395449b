import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import sharp from 'sharp';
import { modelLabel } from '../checkpoint/names.js';
import { InputFileError } from '../errors.js';
import { checkOutput } from '../files/outputs.js';
import { sha256OfFile } from '../files/sha256.js';
import { formatOf } from '../picture/write-picture.js';
import type { RecordedModel } from '../swap/recipe/recorded.js';
import type { Item } from '../toonify/batch/plan.js';
import { type Provenance, readResult } from '../toonify/batch/provenance.js';
import type { Settings } from '../toonify/batch/record.js';
import { RECORD_VERSION, type RecordedBlend, type ToonRecord } from '../toonify/batch/record-schema.js';
import { FoundModels } from './blending/found-models.js';
import { batchFailure } from './run/batch.js';
import type { EngineChoice } from './run/engine.js';
import { type Answer, Report, type Run } from './run/run.js';
import { described, type ToonifyDocument, toonifyWith } from './toonify.js';
import { findInput, placesOfModels } from './toonifying/find-files.js';
import { blended, type OpenToonModels } from './toonifying/open-models.js';

export interface AgainOptions extends EngineChoice, Run {
  /** The picture that it was made from, where it is not found. */
  readonly picture?: string;
  /** Where models are, by name in the recipe (of a pair `base` and `transfer`), file name or label. */
  readonly model?: ReadonlyMap<string, string>;
  /** The landmarks file that it was made with; only its hash is known. */
  readonly landmarks?: string;
  /** Where to write; RESULT-again beside each other here unless given. */
  readonly out?: string;
  /** Replace a file that exists already. */
  readonly force?: boolean;
}

/** What `again` answers. */
export interface AgainDocument extends ToonifyDocument {
  /** The result that was made again. */
  readonly again: string;
  /** Whether the two files are the same, byte for byte. */
  readonly identical?: boolean;
  /** Largest difference of the two pictures' pixels, in levels of 255. */
  readonly levels?: number;
}

/**
 * Makes a result of `toonify` once more from the settings that it carries, and says whether it is the same. Models
 * and picture are found by name and have to have the recorded hashes.
 *
 * @throws InputFileError `NOT_A_RESULT`, `INPUT_NOT_FOUND`, `INPUT_DIFFERS`, `MODEL_MISSING`, `MODEL_HASH`,
 *   `SETTINGS_DIFFER`; and as `toonify`
 */
export async function again(result: string, options: AgainOptions = {}): Promise<Answer<AgainDocument>> {
  const report = new Report(options);
  const { settings, provenance } = await readResult(result);
  const input = options.picture ?? (await findInput(result, provenance?.input, settings.input));
  if ((await sha256OfFile(input)) !== settings.input) {
    throw new InputFileError('INPUT_DIFFERS', `${input}: its content is not what ${result} was made from`);
  }
  const output = options.out ?? `${basename(result, extname(result))}-again${extname(result)}`;
  formatOf(output);
  await checkOutput(output, { force: options.force, inputs: [result, input] });
  const also = await placesOfModels(result, provenance?.models ?? {});
  await using found = new FoundModels(result, { model: options.model, also, signal: options.signal });
  const models = await modelsOf(settings, provenance?.models ?? {}, found);
  const { results, description } = await toonifyWith(
    models,
    [input],
    { ...choicesOf(settings), ...computing(options, provenance), out: nowhere(output), jobs: 1 },
    report,
    {
      named: provenance?.input,
      choose: (items, record) => [onlyItem(items, record, settings, output)],
    },
  );
  const document = { models: description, results: results.map(described), again: result };
  const failure = batchFailure(
    results.flatMap(({ error }) => error ?? []),
    results.length,
  );
  if (failure !== undefined) return report.answer(document, failure);
  const levels = await difference(result, output);
  const identical = (await readFile(result)).equals(await readFile(output));
  return report.answer({ ...document, identical, levels });
}

/** The models of a result, found again. */
async function modelsOf(
  { base: baseHash, model: blendHash, blend }: ToonRecord,
  names: Readonly<Record<string, string>>,
  found: FoundModels,
): Promise<OpenToonModels> {
  const description = Object.values(names).map(modelLabel).join(' + ');
  const common = { description, names: found.found, [Symbol.asyncDispose]: async () => {} };
  if (blend === undefined) {
    const file = (name: string, sha256: string) => found.file(name, { path: names[name] ?? '', sha256 });
    const [base, model] = [await file('base', baseHash), await file('model', blendHash ?? '')];
    const identity = { base: baseHash, model: blendHash };
    return { ...common, base: await base.checkpoint(), blend: await model.checkpoint(), identity };
  }
  const models = new Map();
  for (const [name, model] of Object.entries(blend.models)) {
    models.set(name, await found.checkpoint(name, withName(model, names[name])));
  }
  return { ...common, ...blended(models, blend), identity: { base: baseHash, blend } };
}

/** What is recorded of a model, with the name of its file. */
function withName(model: RecordedBlend['models'][string], name = ''): RecordedModel {
  const { sha256, alpha, blended: of } = model;
  if (of === undefined) return { model: name, format: '', sha256, alpha };
  const inner = Object.entries(of.models).map(([key, one]) => [key, withName(one)]);
  return {
    model: name,
    format: '',
    sha256,
    alpha,
    blended: { version: 1, ...of, models: Object.fromEntries(inner) },
  };
}

/** The settings of a result as options: of landmarks only the hash is known, the file has to be given again. */
function choicesOf({
  landmarks: _,
  version: _v,
  input: _i,
  base: _b,
  model: _m,
  blend: _bl,
  ...settings
}: ToonRecord) {
  const { number: _n, of: _o, ...choices } = settings;
  return choices;
}

/** What computes: as it was, but for what is said otherwise. */
function computing(options: AgainOptions, provenance: Provenance | undefined): AgainOptions {
  const { engine = provenance?.engine, device = provenance?.device } = options;
  const { threads = provenance?.threads, half = provenance?.half } = options;
  const { cache, landmarks, force, signal } = options;
  return { engine, device, threads, half, cache, landmarks, force, signal };
}

/** A folder that is not there, so that no result is in the way of planning; nothing is written to it. */
function nowhere(output: string): string {
  return join(dirname(output), `.${randomUUID()}`);
}

/** Characters of a setting that a message repeats. */
const MAX_SHOWN = 80;

/**
 * The one item that is made again.
 * @throws InputFileError `SETTINGS_DIFFER` where it would not be made from the same
 */
function onlyItem(items: readonly Item[], record: Settings, expected: ToonRecord, output: string): Item {
  const { number, of, input } = expected;
  const item = items.find((one) => one.state === 'todo' && one.part.number === number) ?? items[0]!;
  // What is of the result itself, not of the settings.
  const found: Record<string, unknown> = { version: RECORD_VERSION, input, number, of, ...record };
  const wanted: Record<string, unknown> = expected;
  const other = [...new Set([...Object.keys(wanted), ...Object.keys(found)])].find(
    (key) => JSON.stringify(found[key]) !== JSON.stringify(wanted[key]),
  );
  if (other === undefined) return { ...item, output };
  const shown = (settings: Record<string, unknown>) =>
    String(JSON.stringify(settings[other])).slice(0, MAX_SHOWN);
  throw new InputFileError(
    'SETTINGS_DIFFER',
    `${other}: expected ${shown(wanted)} as the result says, found ${shown(found)}`,
    { hint: 'a model or a landmarks file is another one than then; say where the right one is' },
  );
}

/** Largest difference of two pictures' pixels, in levels. */
async function difference(a: string, b: string): Promise<number> {
  const [x, y] = await Promise.all([a, b].map((path) => sharp(path).removeAlpha().raw().toBuffer()));
  if (x!.length !== y!.length) return 255;
  let largest = 0;
  for (let i = 0; i < x!.length; i++) largest = Math.max(largest, Math.abs(x![i]! - y![i]!));
  return largest;
}
