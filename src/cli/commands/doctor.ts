import { clearCache, type DoctorDocument, doctor } from '../../app/doctor.js';
import { command } from '../command.js';
import { compiledFolder } from '../compiled-cache.js';
import { flag } from '../options/option.js';
import { worded } from '../terminal/errors.js';
import { grouped } from '../terminal/table.js';
import { COMMANDS } from './list.js';

/** Longer reasons are cut; `--json` has all of them. */
const MAX_REASON = 160;

/** `blend doctor`: what this machine can compute with, and what it lacks. */
export default command(COMMANDS.doctor, {
  options: [flag('--clear-cache', 'forget the compiled generators that are kept; downloads stay', 'out')],
  async run(_, options, run) {
    const cache = { folder: compiledFolder() };
    if (options.clearCache) {
      const { document } = await clearCache({ cache, ...run });
      const line = `${document.folder}: ${grouped(document.bytes)} bytes are free again`;
      return { document, lines: [line] };
    }
    const { document, failure } = await doctor({ cache, ...run });
    return { document, lines: linesOf(document), failure };
  },
});

function linesOf(document: DoctorDocument): string[] {
  const { package: self, system, engines, faces, models, caches, optional } = document;
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
    faces.state === 'works'
      ? `ok      faces: ${faces.description}`
      : `no      faces: ${worded(faces.reason ?? '')}`,
    '',
    ...places.map(([kind, { name, path, bytes }]) => `${kind.padEnd(6)}${name}: ${size(bytes)} (${path})`),
    ...(caches.length === 0 ? ['cache none yet'] : []),
    ...(optional.length === 0 ? [] : ['', 'could be added:']),
    ...optional.flatMap(({ name, purpose, command }) => [`  ${name}: ${purpose}`, `    ${command}`]),
  ];
}

function engineLines(check: DoctorDocument['engines'][number]): string[] {
  const name = `${check.engine} on ${check.device}, ${check.package}`;
  const advice = check.advice === undefined ? [] : [`        ${worded(check.advice)}`];
  if (check.state === 'works') {
    const half = check.half === undefined ? '' : `; ${check.half ? '' : 'no '}half precision`;
    return [`ok      ${name}: ${check.milliseconds} ms (${check.description})${half}`, ...advice];
  }
  if (check.state === 'not installed') return [`absent  ${name}`, ...advice];
  const reason = worded(check.reason ?? '');
  const cut = reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON)}…` : reason;
  return [`no      ${name}: ${cut}`, ...advice];
}
