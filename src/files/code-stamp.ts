import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PACKAGE_ROOT } from './package-root.js';

/**
 * Changes whenever the modules in some folders of this package do: how many there are, and the newest of their times.
 * What is kept between processes must not outlive the code that made it, neither after an update nor while the code
 * is worked on.
 * @param folders such as `graph`
 */
export function codeStamp(folders: readonly string[]): string {
  const key = folders.join();
  const stamp = stamps.get(key) ?? stampOf(folders);
  stamps.set(key, stamp);
  return stamp;
}

/** The code does not change under a process that has loaded it. */
const stamps = new Map<string, string>();

function stampOf(folders: readonly string[]): string {
  let [count, newest] = [0, 0];
  for (const root of ['dist', 'src']) {
    for (const folder of folders) {
      const path = join(fileURLToPath(PACKAGE_ROOT), root, folder);
      for (const name of modulesIn(path)) {
        newest = Math.max(newest, statSync(join(path, name)).mtimeMs);
        count++;
      }
    }
  }
  return `${folders} ${count} ${newest}`;
}

/** A package that is installed has no sources. */
function modulesIn(path: string): string[] {
  try {
    return (readdirSync(path, { recursive: true }) as string[]).filter((name) => /\.[jt]s$/.test(name));
  } catch {
    return [];
  }
}
