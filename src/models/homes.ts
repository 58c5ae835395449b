import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

const FOLDER = 'stylegan-blend';

/**
 * Where the user's manifest lies: `$STYLEGAN_BLEND_HOME/models.json`, else in the XDG configuration folder
 * (https://specifications.freedesktop.org/basedir-spec).
 */
export function manifestPath(): string {
  const home = ownHome();
  return join(home ?? join(xdg('XDG_CONFIG_HOME', '.config'), FOLDER), 'models.json');
}

/** Where downloads are kept: `$STYLEGAN_BLEND_HOME/cache`, else in the XDG cache folder. */
export function cacheFolder(): string {
  const home = ownHome();
  return home === undefined ? join(xdg('XDG_CACHE_HOME', '.cache'), FOLDER) : join(home, 'cache');
}

function ownHome(): string | undefined {
  const home = process.env['STYLEGAN_BLEND_HOME'] ?? '';
  return home === '' ? undefined : resolve(home);
}

/** The specification wants relative paths to be ignored. */
function xdg(variable: string, fallback: string): string {
  const folder = process.env[variable] ?? '';
  return isAbsolute(folder) ? folder : join(homedir(), fallback);
}
