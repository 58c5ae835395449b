import { describedError } from '../../json/described-error.js';

/** What an error says, with options worded as this program has them. */
export function describeError(error: unknown): { code: string; message: string; hint?: string } {
  const { code, message, hint } = describedError(error);
  return { code, message: worded(message), hint: hint && worded(hint) };
}

/**
 * The application names options by their keys, between backticks: `noiseFrom` is --noise-from here, `align: false` is
 * --no-align, and `engine: tfjs` is --engine tfjs.
 */
export function worded(text: string): string {
  return text
    .replace(/`([a-z][A-Za-z0-9]*): false`/g, (_, key: string) => `--no-${flagOf(key)}`)
    .replace(
      /`([a-z][A-Za-z0-9]*): ([^`]+)`/g,
      (_, key: string, value: string) => `--${flagOf(key)} ${value}`,
    )
    .replace(/`([a-z][A-Za-z0-9-]*)`/g, (_, key: string) => `--${flagOf(key)}`);
}

function flagOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
