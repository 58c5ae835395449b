import { requireRendered } from '../../checkpoint/checkpoint.js';
import { checkTruncation, labelOf } from '../../render/styles.js';
import { batchFailure } from '../batch.js';
import { chosenLoss } from '../chosen-loss.js';
import type { CommonOptions, EngineChoice } from '../options.js';
import type { Context, Outcome } from '../outcome.js';
import { describeError } from '../terminal.js';
import { isBundledPair, type ModelOptions, type Models, openModels } from './models.js';
import { planItems } from './plan.js';
import type { Settings } from './record.js';
import { type Result, runItems } from './run-items.js';
import type { ToonSettings } from './toonifier.js';

export interface ToonifyOptions extends CommonOptions, EngineChoice, ModelOptions {
  readonly steps: number;
  readonly seed: number;
  readonly loss: string;
  readonly psi: number;
  readonly class?: number;
  readonly out?: string;
  readonly sideBySide?: true;
  readonly recursive?: true;
  readonly jobs: number;
}

/** `toonify PICTURE|FOLDER...`: finds each picture's w in the base and renders it through the blend. */
export async function toonifyCommand(
  paths: readonly string[],
  options: ToonifyOptions,
  context: Context,
): Promise<Outcome> {
  const { terminal, signal } = context;
  const models = await openModels(options);
  try {
    const architecture = requireRendered(models.base);
    checkTruncation(architecture, options);
    labelOf(architecture, options.class);
    const { loss, spec } = await chosenLoss(options.loss, architecture.resolution, terminal);
    const settings = toonSettings({ ...options, loss: spec });
    // Everything that a result depends on beside its picture. What it was computed on is no part of it.
    const record: Settings = { ...models.identity, ...settings };
    const items = await planItems(paths, {
      out: options.out,
      recursive: options.recursive === true,
      force: options.force === true,
      settings: record,
      files: models.files,
      signal,
    });
    if (isBundledPair(options)) terminal.info(`using the bundled generators: ${models.description}`);
    if (models.warning !== undefined) terminal.warn(models.warning);
    const results = await runItems(items, models, settings, { ...options, record, loss }, context);
    terminal.info(summary(results));
    return outcomeOf(results, models);
  } finally {
    await models.close();
  }
}

function toonSettings(options: ToonifyOptions): ToonSettings {
  const { steps, seed, loss, psi, class: classIndex, sideBySide } = options;
  return { steps, seed, loss, psi, class: classIndex, sideBySide: sideBySide === true };
}

function outcomeOf(results: readonly Result[], models: Models): Outcome {
  const failures = results.flatMap((result) => (result.error === undefined ? [] : [result.error]));
  const document = {
    models: models.description,
    results: results.map(({ error, ...result }) => ({
      ...result,
      ...(error === undefined ? {} : { error: describeError(error) }),
    })),
  };
  const lines = results.flatMap((result) =>
    result.status === 'failed' || result.output === undefined ? [] : [result.output],
  );
  return { document, lines, failure: batchFailure(failures, results.length) };
}

function summary(results: readonly Result[]): string {
  const count = (status: Result['status']) => results.filter((result) => result.status === status).length;
  const pictures = results.length === 1 ? '1 picture' : `${results.length} pictures`;
  return `${pictures}: ${count('done')} done, ${count('skipped')} finished before, ${count('failed')} failed`;
}
