import { type Document, isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml';
import { AbortedError, InputFileError, StyleganBlendError } from '../../../errors.js';
import { RecipeError } from '../recipe-error.js';

/** Where the parts of a recipe file stand. */
export class RecipeLines {
  readonly path: string;
  private readonly document: Document;
  private readonly counter: LineCounter;

  constructor(path: string, document: Document, counter: LineCounter) {
    this.path = path;
    this.document = document;
    this.counter = counter;
  }

  /** The line of a key, or of the nearest one above it that is there. From 1. */
  lineOf(at: readonly (string | number)[]): number {
    let node: unknown = this.document.contents;
    let offset = (node as Node | null)?.range?.[0] ?? 0;
    for (const key of at) {
      const next = childOf(node, String(key));
      if (next === undefined) break;
      offset = next.offset ?? offset;
      node = next.node;
    }
    return this.counter.linePos(offset).line;
  }

  /** An error of this file. */
  error(
    code: string,
    at: readonly (string | number)[],
    message: string,
    options: { hint?: string; cause?: unknown } = {},
  ): InputFileError {
    return new InputFileError(code, `${this.path}:${this.lineOf(at)}: ${message}`, options);
  }

  /**
   * Whatever goes wrong in `action`, said with the line: of the part of the recipe that a {@link RecipeError} names,
   * else of `at`.
   */
  async explain<T>(at: readonly (string | number)[], action: () => T | Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (cause) {
      if (!(cause instanceof StyleganBlendError) || cause instanceof AbortedError) throw cause;
      const place = cause instanceof RecipeError ? cause.at : at;
      const { code, message, hint } = cause;
      throw this.error(code, place, message, { cause, hint: hint ?? usualHint(code) });
    }
  }
}

function usualHint(code: string): string {
  return code.startsWith('FILE_')
    ? 'paths in a recipe start from its folder'
    : 'docs/recipes.md says what can be in a recipe';
}

function childOf(node: unknown, key: string): { node: unknown; offset: number | undefined } | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(key)] as Node | undefined;
    return item === undefined ? undefined : { node: item, offset: item.range?.[0] };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
  return pair === undefined ? undefined : { node: pair.value, offset: (pair.key as Node).range?.[0] };
}
