import { AbortedError, InputFileError, PartialError } from '../errors.js';
import { isFatalForOutput } from '../files/outputs.js';
import { type DescribedError, describedError } from '../json/described-error.js';
import { BUNDLED_MODELS, bundledPath } from '../models/bundled.js';
import * as known from '../models/index.js';
import { requireFile, requireKnown } from '../models/resolve.js';
import { type Answer, Report, type Run } from './run/run.js';

/** What `listModels` answers. */
export interface ModelsDocument {
  /** The file with the user's own names. */
  readonly manifest: string;
  /** The folder in which downloads are kept. */
  readonly cache: string;
  /** Every name. */
  readonly models: readonly known.ModelStatus[];
}

/**
 * Every model that has a name, and whether its file is here.
 * @throws InputFileError as `knownModels`
 */
export async function listModels(options: Run = {}): Promise<Answer<ModelsDocument>> {
  const document = {
    manifest: known.manifestPath(),
    cache: known.cacheFolder(),
    models: known.listModels(),
  };
  return new Report(options).answer(document);
}

export interface AddModelOptions extends Run {
  /** What the SHA-256 of the file has to be; checked now for a path, at the download for an address. */
  readonly sha256?: string;
  /** Under which licence it may be used. */
  readonly licence?: string;
  /** Replace an entry of that name. */
  readonly force?: boolean;
}

/** What `addModel` answers. */
export interface AddedModelDocument {
  /** The name. */
  readonly name: string;
  /** What it is good for: a `generator`, or `weights` that another part of the program needs. */
  readonly kind: known.ModelKind;
  /** Where the file lies. */
  readonly path?: string;
  /** Where it can be downloaded. */
  readonly url?: string;
  /** SHA-256 of the file, as far as it is known. */
  readonly sha256?: string;
  /** Under which licence it may be used. */
  readonly licence?: string;
  /** The file in which the name was written down. */
  readonly manifest: string;
}

/**
 * Gives a name to a file, which stays where it is, or to an address to download from.
 * @throws as `addModel` of models/
 */
export async function addModel(
  name: string,
  target: string,
  options: AddModelOptions = {},
): Promise<Answer<AddedModelDocument>> {
  const { sha256, licence, force } = options;
  const entry = await known.addModel(name, target, { sha256, licence, force });
  return new Report(options).answer({ name, ...entry, manifest: known.manifestPath() });
}

export interface PullModelsOptions extends Run {
  /** Agree to all licences, without being asked. */
  readonly acceptLicence?: boolean;
  /** Asks whether a licence is agreed to, where a download is due; without it that is a no. */
  readonly accept?: (terms: known.Terms) => Promise<boolean>;
  /** Download nothing: fail where a file is not here. */
  readonly offline?: boolean;
}

/** What `pullModels` answers. */
export interface PulledModelsDocument {
  /** The models whose files are here now. */
  readonly pulled: readonly known.PulledModel[];
  /** Those that could not be had, and why. */
  readonly failed: readonly {
    /** The name. */
    readonly name: string;
    /** What went wrong. */
    readonly error: DescribedError;
  }[];
}

/**
 * Downloads models into the cache, each after those that it is of no use without; goes on with what was interrupted.
 * Those after a failure are still pulled.
 *
 * @throws as `pullModel`, where none of the models could be had; AbortedError; OutputError where the cache is full
 * @example await pullModels(['lpips-vgg'], { accept: async ({ licence }) => licence === 'BSD-2-Clause' });
 */
export async function pullModels(
  names: readonly string[],
  options: PullModelsOptions = {},
): Promise<Answer<PulledModelsDocument>> {
  const report = new Report(options);
  const pulled: known.PulledModel[] = [];
  const failures: { name: string; error: unknown }[] = [];
  // A misspelt name shows before anything is downloaded.
  const wanted = withNeeds(names);
  for (const name of wanted) {
    try {
      const model = await pull(name, options, report);
      if (!model.downloaded) report.info(`${name}: is here already`);
      pulled.push(model);
    } catch (error) {
      if (wanted.size === 1 || error instanceof AbortedError || isFatalForOutput(error)) throw error;
      const { message, hint } = describedError(error);
      report.warn(message);
      if (hint !== undefined) report.info(`hint: ${hint}`);
      failures.push({ name, error });
    }
  }
  if (failures.length > 0 && pulled.length === 0) throw failures[0]!.error;
  const failed = failures.map(({ name, error }) => ({ name, error: describedError(error) }));
  const failure = failures.length === 0 ? undefined : notAll(failures.length, wanted.size);
  return report.answer({ pulled, failed }, failure);
}

async function pull(name: string, options: PullModelsOptions, report: Report): Promise<known.PulledModel> {
  const { acceptLicence = false, accept = false, offline } = options;
  const onBytes = report.bytes(name);
  return known.pullModel(name, {
    accept: acceptLicence || accept,
    offline,
    signal: report.signal,
    onWait: (pid) =>
      report.info(`${name}: waiting for process ${pid === 0 ? '(unknown)' : pid}, which is downloading it`),
    // Where the server does not say how many bytes there are, nobody knows how far it is.
    onProgress: (done, total) => {
      if (total !== undefined) onBytes(done, total);
    },
  });
}

/** Names, each after those that it is of no use without. */
function withNeeds(names: readonly string[]): Set<string> {
  const needs = (name: string) => (BUNDLED_MODELS.includes(name) ? [] : (requireKnown(name).needs ?? []));
  return new Set(names.flatMap((name) => [...needs(name), name]));
}

function notAll(failed: number, all: number): PartialError {
  return new PartialError('PARTLY_PULLED', `${failed} of ${all} models could not be pulled`);
}

/** What `verifyModels` answers. */
export interface VerifiedModelsDocument {
  /** The models whose files were read. */
  readonly models: readonly known.Verification[];
}

/**
 * Reads the file of one model, or of all that are here, and compares its SHA-256 with what was recorded. The answer
 * has a failure where they differ.
 * @throws as `verifyModels` of models/
 */
export async function verifyModels(
  name?: string,
  options: Run = {},
): Promise<Answer<VerifiedModelsDocument>> {
  const isBundled = name !== undefined && BUNDLED_MODELS.includes(name);
  const models = isBundled ? [] : await known.verifyModels(name, { signal: options.signal });
  const wrong = models.filter(({ state }) => state !== 'ok').map((model) => model.name);
  const failure =
    wrong.length === 0
      ? undefined
      : new InputFileError('HASH_MISMATCH', `not what was recorded: ${wrong.join(', ')}`, {
          hint: `forget the file and get it again: blend models remove ${wrong[0]}`,
        });
  return new Report(options).answer({ models }, failure);
}

/** What `removeModel` answers. */
export interface RemovedModelDocument {
  /** The name. */
  readonly name: string;
  /** Files that are gone. */
  readonly removed: readonly string[];
}

/**
 * Forgets a name of the user's and deletes its download; files of the user's own stay.
 * @throws as `removeModel` of models/
 */
export async function removeModel(name: string, options: Run = {}): Promise<Answer<RemovedModelDocument>> {
  const report = new Report(options);
  const { origin } = requireKnown(name);
  const removed = await known.removeModel(name, { signal: options.signal });
  if (origin === 'built-in' && removed.length === 0) report.info(`${name}: nothing of it is in the cache`);
  return report.answer({ name, removed });
}

/** What `modelPath` answers. */
export interface ModelPathDocument {
  /** The name. */
  readonly name: string;
  /** Its file. */
  readonly path: string;
}

/**
 * Where the file of a name is.
 * @throws UsageError `UNKNOWN_MODEL`; InputFileError `MODEL_NOT_PULLED`
 */
export async function modelPath(name: string, options: Run = {}): Promise<Answer<ModelPathDocument>> {
  const path = BUNDLED_MODELS.includes(name) ? bundledPath(name) : requireFile(requireKnown(name));
  return new Report(options).answer({ name, path });
}
