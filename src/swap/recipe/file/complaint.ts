import { documentSchema, type RecipeDocument, unknownKey } from './schema.js';

type Place = readonly (string | number)[];

/**
 * A recipe whose form is right.
 *
 * @param refuse the error for what is wrong with a part of it
 * @param lineOf where a part stands: of several faults the first is told
 */
export function requireForm(
  value: unknown,
  refuse: (at: Place, message: string) => Error,
  lineOf: (at: Place) => number = () => 1,
): RecipeDocument {
  const result = documentSchema.safeParse(value, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? unknownKey(issue.keys[0]!, issue.inst) : undefined,
  });
  if (result.success) return result.data;
  const { at, message } = complaint(result.error.issues as readonly Issue[], value, lineOf);
  throw refuse(at, message);
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

function complaint(
  issues: readonly Issue[],
  value: unknown,
  lineOf: (at: Place) => number,
): { at: (string | number)[]; message: string } {
  const found = issues
    .map((issue) => deepest(issue, []))
    .map(({ issue, at }) => ({ issue, at, line: lineOf(at) }))
    .sort((a, b) => rank(a.issue) - rank(b.issue) || a.line - b.line);
  const { issue, at } = found[0]!;
  const place = issue.code === 'unrecognized_keys' ? [...at, issue.keys![0]!] : at;
  const where = at.length === 0 ? '' : `${at.join('.')}: `;
  const more = found.length > 1 ? ` (and ${found.length - 1} more)` : '';
  return { at: place, message: `${where}${textOf(issue, valueAt(value, at))}${more}` };
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
  // JSON has no NaN and no infinity.
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** For the middle of a sentence. */
export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
