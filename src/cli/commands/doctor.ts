import { clearCompiled } from '../../engine/cache/compiled-cache.js';
import { type DoctorReport, type EngineCheck, runDoctor } from '../../engine/doctor/doctor.js';
import { EngineError } from '../../errors.js';
import { BUNDLED_MODELS, bundledPath } from '../../models/bundled.js';
import { cacheFolder } from '../../models/homes.js';
import { compiledFolder } from '../compiled-cache.js';
import type { Context, Outcome } from '../outcome.js';
import { grouped } from '../terminal/table.js';

/** Longer reasons are cut; `--json` has all of them. */
const MAX_REASON = 160;

/** `blend doctor`: what this machine can compute with, and what it lacks. */
export async function doctorCommand(
  options: { readonly clearCache?: true },
  { signal }: Pick<Context, 'signal'>,
): Promise<Outcome> {
  if (options.clearCache) return clearedCache();
  const report = await runDoctor({
    signal,
    models: BUNDLED_MODELS.map((name) => ({ name, path: bundledPath(name) })),
    caches: [
      { name: 'everything', path: cacheFolder() },
      { name: 'compiled generators', path: compiledFolder() },
    ],
  });
  const faces = await checkFaces();
  return {
    document: { ...report, faces },
    lines: linesOf(report, faces),
    failure: report.ok
      ? undefined
      : new EngineError('DEFAULT_ENGINE_UNUSABLE', 'neither onnxruntime nor onnxruntime-web works on cpu', {
          hint: 'see what is said about it above, and docs/engines.md',
        }),
  };
}

/** `blend doctor --clear-cache`: forgets the compiled generators; models that were downloaded stay. */
async function clearedCache(): Promise<Outcome> {
  const folder = compiledFolder();
  const bytes = await clearCompiled({ folder });
  return { document: { folder, bytes }, lines: [`${folder}: ${grouped(bytes)} bytes are free again`] };
}

/** Whether faces can be found, and with what. */
type FacesCheck =
  | { readonly state: 'works'; readonly description: string }
  | { readonly state: 'unavailable'; readonly reason: string };

async function checkFaces(): Promise<FacesCheck> {
  try {
    const { createFaceFinder } = await import('../../face/detect/find-faces.js');
    await using finder = await createFaceFinder();
    return { state: 'works', description: finder.description };
  } catch (error) {
    return { state: 'unavailable', reason: (error as Error).message };
  }
}

function linesOf(
  { package: self, system, engines, models, caches, optional }: DoctorReport,
  faces: FacesCheck,
): string[] {
  const node = system.nodeSupported ? '' : `, but ${self.name} needs ${system.nodeRange}`;
  const size = (bytes: number | undefined) => (bytes === undefined ? 'missing' : `${grouped(bytes)} bytes`);
  const places = [
    ...models.map((one) => ['model', one] as const),
    ...caches.map((one) => ['cache', one] as const),
  ];
  return [
    `${self.name} ${self.version}`,
    `Node ${system.node}${node}`,
    `${system.platform} ${system.arch}, ${system.cores} ${system.cores === 1 ? 'core' : 'cores'}`,
    '',
    ...engines.flatMap(engineLines),
    faces.state === 'works' ? `ok      faces: ${faces.description}` : `no      faces: ${faces.reason}`,
    '',
    ...places.map(([kind, { name, path, bytes }]) => `${kind.padEnd(6)}${name}: ${size(bytes)} (${path})`),
    ...(caches.length === 0 ? ['cache none yet'] : []),
    ...(optional.length === 0 ? [] : ['', 'could be added:']),
    ...optional.flatMap(({ name, purpose, command }) => [`  ${name}: ${purpose}`, `    ${command}`]),
  ];
}

function engineLines(check: EngineCheck): string[] {
  const name = `${check.engine} on ${check.device}, ${check.package}`;
  const advice = check.advice === undefined ? [] : [`        ${check.advice}`];
  if (check.state === 'works') {
    const half = check.half === undefined ? '' : `; ${check.half ? '' : 'no '}half precision`;
    return [`ok      ${name}: ${check.milliseconds} ms (${check.description})${half}`, ...advice];
  }
  if (check.state === 'not installed') return [`absent  ${name}`, ...advice];
  const { reason = '' } = check;
  const cut = reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON)}…` : reason;
  return [`no      ${name}: ${cut}`, ...advice];
}
