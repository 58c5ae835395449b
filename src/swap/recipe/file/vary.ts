import { UsageError } from '../../../errors.js';
import { meant } from '../../../text/nearest.js';
import type { RecipeDocument } from './schema.js';

/** A value of a part of a recipe, as it would stand in the file. */
export type PartValue = string | number | boolean;

/** Keys that say the kind of an α; another one takes its place. */
const KINDS: readonly string[] = ['swap', 'window', 'table', 'constant'];

/** Parts of a ramp around a centre. */
const OF_RAMP: readonly string[] = ['centre', 'width', 'shape'];

/** What stands beside α in a model. */
const OF_MODEL: readonly string[] = ['model', 'recipe', 'alpha'];

/** What can be varied of a whole recipe; `cut` by its own parts. */
const OF_RECIPE: readonly string[] = ['base', 'mapping', 'w_avg', 'noise', 'method', 'normalize'];
const OF_CUT: readonly string[] = ['cut.tool', 'cut.resolution', 'cut.level', 'cut.width', 'cut.low'];

type Json = Record<string, unknown>;

/**
 * The whole name of a part of a recipe: `pixelart.swap`, `pixelart.table.8`, `method`, `cut.resolution`. Where one
 * model only can be meant its name may be left away: `swap`.
 *
 * @throws UsageError `RECIPE_PART`
 */
export function partOf(file: RecipeDocument, part: string): string {
  const [head, ...rest] = part.split('.');
  if (OF_RECIPE.includes(part) || OF_CUT.includes(part)) return part;
  if (rest.length > 0 && Object.hasOwn(file.models, head!)) return part;
  const others = Object.keys(file.models).filter((name) => name !== file.base);
  const having = others.filter((name) => has(file, name, head!));
  const candidates = having.length > 0 ? having : others;
  const isPartOfAlpha = [...KINDS, ...OF_RAMP, 'ramp', 'amount', 'side'].includes(head!);
  if (isPartOfAlpha && candidates.length === 1) return `${candidates[0]}.${part}`;
  const examples = isPartOfAlpha
    ? candidates.map((name) => `${name}.${part}`)
    : [...others.map((name) => `${name}.amount`), ...OF_RECIPE];
  throw new UsageError(
    'RECIPE_PART',
    `expected a part of the recipe, such as ${examples.join(', ')}, found ${JSON.stringify(part.slice(0, 60))}`,
    { hint: meant(part, examples, 'a model and what of its α varies, with a dot between them') },
  );
}

function has(file: RecipeDocument, name: string, key: string): boolean {
  const model = file.models[name];
  const alpha: unknown = typeof model === 'object' ? model?.alpha : undefined;
  return (
    typeof alpha === 'object' && alpha !== null && (key in alpha || (OF_RAMP.includes(key) && isRamp(alpha)))
  );
}

/**
 * A recipe in which a part has another value. Whether that makes sense is for whoever checks the recipe.
 *
 * @param part as {@link partOf} returns it
 */
export function withPart(file: RecipeDocument, part: string, value: PartValue): RecipeDocument {
  const [head, ...rest] = part.split('.') as [string, ...string[]];
  if (rest.length === 0) return { ...file, [head]: value };
  if (!Object.hasOwn(file.models, head)) {
    return { ...file, [head]: withValue(Object((file as Json)[head]), rest, value) } as RecipeDocument;
  }
  const model = file.models[head];
  const source: Json = typeof model === 'string' ? { model } : { ...model };
  const changed = OF_MODEL.includes(rest[0]!)
    ? withValue(source, rest, value)
    : { ...source, alpha: withAlpha(source['alpha'], rest, value) };
  return { ...file, models: { ...file.models, [head]: changed } } as RecipeDocument;
}

/** α with another value in it; one of another kind keeps its amount. */
function withAlpha(alpha: unknown, path: readonly string[], value: PartValue): unknown {
  const key = path[0]!;
  const isNumber = typeof alpha === 'number';
  if (key === 'constant' || (key === 'amount' && (isNumber || alpha === undefined))) return value;
  const own: Json = isNumber ? { amount: alpha } : { ...Object(alpha) };
  if (OF_RAMP.includes(key) && isRamp(own))
    return { ...own, ramp: withValue(Object(own['ramp']), path, value) };
  if (!KINDS.includes(key) || key in own) return withValue(own, path, value);
  const kept = key === 'table' || own['amount'] === undefined ? {} : { amount: own['amount'] };
  const ramp = key === 'swap' && typeof own['ramp'] === 'number' ? { ramp: own['ramp'] } : {};
  return { ...withValue({}, path, value), ...ramp, ...kept };
}

function isRamp(alpha: object): boolean {
  return 'ramp' in alpha && typeof alpha.ramp === 'object';
}

function withValue(parent: Json, [key, ...rest]: readonly string[], value: PartValue): Json {
  const inner = rest.length === 0 ? value : withValue({ ...Object(parent[key!]) }, rest, value);
  return { ...parent, [key!]: inner };
}
