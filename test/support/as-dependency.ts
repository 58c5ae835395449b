import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Makes the built package a dependency of a folder: programs there import it as anybody's do. */
export async function asDependencyOf(folder: string): Promise<void> {
  await mkdir(join(folder, 'node_modules'));
  const root = fileURLToPath(new URL('../..', import.meta.url));
  await symlink(root, join(folder, 'node_modules', 'stylegan-blend'), 'junction');
}
