/**
 * The members of a JSON object, of whatever types, for records of a few numbers whose reader looks at each one: a
 * schema library takes longer to load than they take to read. Without members for any other text; never throws.
 */
export function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Whether a value is a whole number that is not below 0. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
