/** In place of a model's name: the mean of all models. */
export const AVERAGE = 'average';

/** In place of a model's name, for noise buffers: as the resolution that they are for. */
export const BLENDED = 'blended';

/**
 * Whether a model may be called so: a letter, then letters, digits, `_`, `.` and `-`; and no word that means
 * something else, here or in JavaScript's objects.
 */
export function isModelName(name: string): boolean {
  return /^[A-Za-z][\w.-]{0,63}$/.test(name) && name !== AVERAGE && name !== BLENDED && !(name in {});
}
