import { isAlias, LineCounter, parseDocument, visit } from 'yaml';
import { InputFileError } from '../../../errors.js';
import { RECIPE_VERSION } from '../recipe-keys.js';
import { lowerFirst, requireForm } from './complaint.js';
import { RecipeLines } from './lines.js';
import type { RecipeDocument } from './schema.js';

/** Recipes take a few hundred bytes; this is for tables that were made by programs. */
export const MAX_RECIPE_BYTES = 1024 * 1024;

/** How often anchors may be repeated, counted as the `yaml` package does: nested ones multiply. */
const MAX_ALIASES = 50;

const HINT = 'docs/recipes.md has all keys; editors know them by stylegan-blend/recipe.schema.json';

export interface ParsedRecipe {
  readonly file: RecipeDocument;
  readonly lines: RecipeLines;
}

/**
 * Reads a recipe, YAML or JSON. Nothing is looked up that it names.
 *
 * @param path names it in messages, which say the line
 * @throws InputFileError `RECIPE_MALFORMED` (no YAML, keys twice), `RECIPE_ALIASES`, `RECIPE_INVALID` (an unknown
 *   key, a value of the wrong kind), `RECIPE_VERSION`
 */
export function parseRecipeFile(text: string, path: string): ParsedRecipe {
  const counter = new LineCounter();
  const { document, value } = parseYaml(text, path, counter);
  const lines = new RecipeLines(path, document, counter);
  const version = Object(value)['version'];
  if (typeof version === 'number' && version !== RECIPE_VERSION) {
    throw lines.error(
      'RECIPE_VERSION',
      ['version'],
      `version: expected ${RECIPE_VERSION}, found ${version}`,
      {
        hint: 'a newer program may have written this recipe',
      },
    );
  }
  const refuse = (at: readonly (string | number)[], message: string) =>
    lines.error('RECIPE_INVALID', at, message, { hint: HINT });
  return { file: requireForm(value, refuse, (at) => lines.lineOf(at)), lines };
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
