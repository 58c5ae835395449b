/** The key of an aligned picture's metadata under which it says where it was in its photo. */
export const ALIGNED_KEY = 'align';
