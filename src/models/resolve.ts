import { InputFileError, UsageError } from '../errors.js';
import { meant } from '../text/nearest.js';
import { BUNDLED_MODELS, bundledPath } from './bundled.js';
import { cachedPath } from './cache.js';
import type { KnownModel, ModelKind } from './entry.js';
import { knownModels } from './manifest.js';

/**
 * The file that a name means: of a bundled model, else of one in the user's manifest, else of a built-in one.
 * Undefined where nothing has that name. Synchronous; opens nothing but the manifest.
 *
 * @throws InputFileError `MODEL_NOT_PULLED` where the file has not been downloaded yet, and as `knownModels`;
 *   UsageError `MODEL_KIND` where the model is of another kind
 */
export function namedFile(name: string, kind: ModelKind = 'generator'): string | undefined {
  if (kind === 'generator' && BUNDLED_MODELS.includes(name)) return bundledPath(name);
  const model = knownModels().get(name);
  if (model === undefined) return undefined;
  if (model.kind !== kind) {
    throw new UsageError('MODEL_KIND', `${name}: expected a model of kind ${kind}, found ${model.kind}`);
  }
  return requireFile(model);
}

/** @throws InputFileError `MODEL_NOT_PULLED` */
export function requireFile(model: KnownModel): string {
  // A local file that is gone is reported when it is opened.
  const path = model.path ?? cachedPath(model);
  if (path !== undefined) return path;
  throw new InputFileError(
    'MODEL_NOT_PULLED',
    `${model.name}: the file of this model is not on this machine`,
    {
      hint: howToGet(model),
    },
  );
}

/** What to type so that a model's file is here. */
export function howToGet({ name, url, page }: KnownModel): string {
  if (url !== undefined) return `blend models pull ${name}`;
  return `download ${page} with a browser, then: blend models add ${name} PATH`;
}

/** Every name that a generator, or a model of any kind, can be asked for by. */
export function knownNames(kind?: ModelKind): string[] {
  const models = [...knownModels().values()].filter((model) => kind === undefined || model.kind === kind);
  return [...new Set([...BUNDLED_MODELS, ...models.map((model) => model.name)])];
}

/**
 * A model of the manifests.
 * @throws UsageError `UNKNOWN_MODEL`, `MODEL_IS_BUNDLED`
 */
export function requireKnown(name: string): KnownModel {
  if (BUNDLED_MODELS.includes(name)) {
    throw new UsageError(
      'MODEL_IS_BUNDLED',
      `${name}: this generator comes with the program and is always there`,
    );
  }
  const model = knownModels().get(name);
  if (model !== undefined) return model;
  const known = knownNames();
  throw new UsageError('UNKNOWN_MODEL', `no model is called ${JSON.stringify(name)}`, {
    hint: meant(name, known, `known names are ${known.join(', ')}`),
  });
}
