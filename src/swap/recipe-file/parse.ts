import { isAlias, LineCounter, parseDocument, visit } from 'yaml';
import { InputFileError } from '../../errors.js';
import { RecipeLines } from './lines.js';
import { type RecipeFile, recipeFileSchema, unknownKey } from './schema.js';

/** Recipes take a few hundred bytes; this is for tables that were made by programs. */
export const MAX_RECIPE_BYTES = 1024 * 1024;

/** How often anchors may be repeated, counted as the `yaml` package does: nested ones multiply. */
const MAX_ALIASES = 50;

const HINT = 'docs/recipes.md has all keys; editors know them by stylegan-blend/recipe.schema.json';

export interface ParsedRecipe {
  readonly file: RecipeFile;
  readonly lines: RecipeLines;
}

/**
 * Reads a recipe, YAML or JSON. Nothing is looked up that it names.
 *
 * @param path names it in messages, which say the line
 * @throws InputFileError `RECIPE_MALFORMED` (no YAML, keys twice), `RECIPE_ALIASES`, `RECIPE_INVALID` (an unknown key,
 *   a value of the wrong kind), `RECIPE_VERSION`
 */
export function parseRecipeFile(text: string, path: string): ParsedRecipe {
  const counter = new LineCounter();
  const { document, value } = parseYaml(text, path, counter);
  const lines = new RecipeLines(path, document, counter);
  const version = Object(value)['version'];
  if (typeof version === 'number' && version !== 1) {
    throw lines.error('RECIPE_VERSION', ['version'], `version: expected 1, found ${version}`, {
      hint: 'a newer program may have written this recipe',
    });
  }
  const result = recipeFileSchema.safeParse(value, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? unknownKey(issue.keys[0]!, issue.inst) : undefined,
  });
  if (result.success) return { file: result.data, lines };
  throw complaint(result.error.issues as readonly Issue[], value, lines);
}

function parseYaml(
  text: string,
  path: string,
  counter: LineCounter,
): { document: ReturnType<typeof parseDocument>; value: unknown } {
  const fail = (code: string, offset: number, message: string, hint?: string) =>
    new InputFileError(code, `${path}:${counter.linePos(offset).line}: ${message}`, hint ? { hint } : {});
  try {
    const document = parseDocument(text, {
      lineCounter: counter,
      prettyErrors: false,
      stringKeys: false,
      logLevel: 'silent',
    });
    const [error] = document.errors;
    if (error !== undefined) {
      const reason = /call stack/.test(error.message) ? 'it is nested too deep' : lowerFirst(error.message);
      throw fail('RECIPE_MALFORMED', error.pos[0], `expected YAML, but ${reason}`, HINT);
    }
    return { document, value: toValue(document, fail) };
  } catch (error) {
    // The parser goes down as deep as the text is nested.
    if (error instanceof RangeError) {
      throw fail('RECIPE_MALFORMED', 0, 'expected YAML, but it is nested too deep', HINT);
    }
    throw error;
  }
}

function toValue(
  document: ReturnType<typeof parseDocument>,
  fail: (code: string, offset: number, message: string, hint: string) => InputFileError,
): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    let offset = 0;
    visit(document, (_, node) => {
      if (!isAlias(node)) return undefined;
      offset = node.range?.[0] ?? 0;
      return visit.BREAK;
    });
    throw fail(
      'RECIPE_ALIASES',
      offset,
      `expected at most ${MAX_ALIASES} repeated anchors, found more, or one that is not defined`,
      'write out what the anchors stand for',
    );
  }
}

/** What zod says of a value, as far as it is used here. */
interface Issue {
  readonly code: string;
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly expected?: string;
  readonly values?: readonly unknown[];
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly Issue[])[];
  readonly issues?: readonly Issue[];
}

function complaint(issues: readonly Issue[], value: unknown, lines: RecipeLines): InputFileError {
  const found = issues
    .map((issue) => deepest(issue, []))
    .map(({ issue, at }) => ({ issue, at, line: lines.lineOf(at) }))
    .sort((a, b) => rank(a.issue) - rank(b.issue) || a.line - b.line);
  const { issue, at } = found[0]!;
  const place = issue.code === 'unrecognized_keys' ? [...at, issue.keys![0]!] : at;
  const where = at.length === 0 ? '' : `${at.join('.')}: `;
  const more = found.length > 1 ? ` (and ${found.length - 1} more)` : '';
  return lines.error('RECIPE_INVALID', place, `${where}${textOf(issue, valueAt(value, at))}${more}`, {
    hint: HINT,
  });
}

/** A misspelt key is the reason of what is missing, not the other way round. */
function rank(issue: Issue): number {
  return issue.code === 'unrecognized_keys' ? 0 : 1;
}

/** Of the alternatives of a union, the one that the value was meant to be: where more of it fits. */
function deepest(
  issue: Issue,
  above: readonly (string | number)[],
): { issue: Issue; at: (string | number)[] } {
  const at = [...above, ...issue.path];
  const below = issue.code === 'invalid_key' ? [issue.issues ?? []] : (issue.errors ?? []);
  const branches = below
    .flatMap((branch) => [...branch].sort((a, b) => rank(a) - rank(b)).slice(0, 1))
    .map((next) => deepest(next, at));
  const meant = branches.filter((branch) => !isOtherKind(branch, at));
  if (meant.length > 0) return meant.reduce((a, b) => (b.at.length > a.at.length ? b : a));
  if (branches.length === 0 || issue.code === 'invalid_key') return { issue, at };
  const kinds = branches.flatMap((branch) => kindsOf(branch.issue));
  return { issue: { ...issue, code: 'invalid_type', expected: [...new Set(kinds)].join(' or ') }, at };
}

function isOtherKind(
  { issue, at }: { issue: Issue; at: readonly unknown[] },
  parent: readonly unknown[],
): boolean {
  return issue.code === 'invalid_type' && at.length === parent.length;
}

function kindsOf(issue: Issue): string[] {
  return (issue.expected ?? '').split(' or ').filter((kind) => kind !== '');
}

const KINDS: Readonly<Record<string, string>> = {
  object: 'keys with values',
  record: 'keys with values',
  array: 'a list',
  number: 'a number',
  int: 'a whole number',
  string: 'a word',
  boolean: 'true or false',
  null: 'nothing',
};

function textOf(issue: Issue, value: unknown): string {
  const found = shown(value);
  switch (issue.code) {
    case 'invalid_type': {
      const kinds = kindsOf(issue).map((kind) => KINDS[kind] ?? kind);
      return `expected ${kinds.join(' or ')}, found ${found}`;
    }
    case 'invalid_value':
      return `expected ${(issue.values ?? []).join(', ')}, found ${found}`;
    case 'custom':
    case 'unrecognized_keys':
      return issue.message;
    case 'invalid_key':
      return issue.issues?.[0]?.message ?? issue.message;
    case 'invalid_format':
      return `${issue.message}, found ${found}`;
    default:
      return `${lowerFirst(issue.message)}, found ${found}`;
  }
}

function valueAt(value: unknown, at: readonly (string | number)[]): unknown {
  return at.reduce<unknown>((inner, key) => Object(inner)[key], value);
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
