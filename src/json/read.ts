import type { z } from 'zod';

/** What a text says, where it is JSON of this form; undefined for any other. Never throws: it may be anybody's. */
export function readJson<T>(schema: z.ZodType<T>, text: string | undefined): T | undefined {
  try {
    const result = schema.safeParse(JSON.parse(text ?? ''));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}
