import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PACKAGE_ROOT } from './package-root.js';

/**
 * Changes whenever the modules in some folders of this package do: how many there are, and the newest of their times.
 * What is kept between processes must not outlive the code that made it, neither after an update nor while the code
 * is worked on.
 * @param folders such as `graph`
 * @throws Error for a folder that is not there: what is kept would outlive its code
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
  for (const folder of folders) {
    const modules = ['dist', 'src'].flatMap((root) =>
      modulesIn(join(fileURLToPath(PACKAGE_ROOT), root, folder)),
    );
    if (modules.length === 0) throw new Error(`code stamp: expected modules in ${folder}, found none`);
    for (const path of modules) newest = Math.max(newest, statSync(path).mtimeMs);
    count += modules.length;
  }
  return `${folders} ${count} ${newest}`;
}

/** A package that is installed has no sources. */
function modulesIn(path: string): string[] {
  try {
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
    return names.filter((name) => /\.[jt]s$/.test(name)).map((name) => join(path, name));
  } catch {
    return [];
  }
}
