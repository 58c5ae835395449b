import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { throwIfAborted, unlessAborted } from '../../errors.js';
import { PACKAGE_ROOT } from '../../files/package-root.js';
import { openEngine } from '../index.js';
import { TFJS_PACKAGES } from '../tfjs/packages.js';
import { installCommand, tooNewForTfjsNode } from './advice.js';
import { candidates, check, type EngineCandidate } from './check-engines.js';
import type { DoctorReport, EngineCheck, System } from './report.js';
import { measured } from './stored-places.js';

export type { DoctorReport, System } from './report.js';

/** A name for people and where it lies. */
export interface Place {
  readonly name: string;
  readonly path: string;
}

export interface DiagnosisOptions {
  /** Generators and networks that should be there. */
  readonly models?: readonly Place[];
  /** Folders in which downloads are kept; those that do not exist are left out. */
  readonly caches?: readonly Place[];
  /** Default: this machine. */
  readonly system?: System;
  /** Default: every engine with every device and package that it could use. */
  readonly engines?: readonly EngineCandidate[];
  readonly signal?: AbortSignal;
}

/**
 * Looks at everything that computing needs on this machine: runs a tiny graph on every engine and device, and
 * says what is missing and how to add it. Does not throw for what it finds.
 * @throws AbortedError
 * @example (await runDoctor()).ok // true where there is something to compute with
 */
export async function runDoctor(options: DiagnosisOptions = {}): Promise<DoctorReport> {
  const {
    system = thisSystem(),
    engines = candidates(openEngine),
    models = [],
    caches = [],
    signal,
  } = options;
  const description = await packageDescription();
  const checks: EngineCheck[] = [];
  // One after the other: two at a time would spoil each other's times.
  for (const candidate of engines) {
    throwIfAborted(signal);
    checks.push(await unlessAborted(check(candidate, system), signal));
  }
  const places = (list: readonly Place[]) => Promise.all(list.map(({ name, path }) => measured(name, path)));
  return {
    ok: checks.some(
      ({ engine, device, state }) => engine !== 'tfjs' && device === 'cpu' && state === 'works',
    ),
    package: { name: description.name, version: description.version },
    system: {
      ...system,
      nodeRange: description.engines.node,
      nodeSupported: atLeast(system.node, description.engines.node),
    },
    engines: checks,
    models: await places(models),
    caches: (await places(caches)).filter(({ bytes }) => bytes !== undefined),
    optional: missingParts(checks, system),
  };
}

function thisSystem(): System {
  const { version: node, platform, arch } = process;
  return { node, platform, arch, cores: availableParallelism() };
}

interface Description {
  readonly name: string;
  readonly version: string;
  readonly engines: { readonly node: string };
}

async function packageDescription(): Promise<Description> {
  return JSON.parse(await readFile(new URL('package.json', PACKAGE_ROOT), 'utf8'));
}

/** Whether a version is in a range of the form `>=20.9`. */
function atLeast(version: string, range: string): boolean {
  const numbers = (text: string) => [...text.matchAll(/\d+/g)].map(Number);
  const [[major = 0, minor = 0], [wantedMajor = 0, wantedMinor = 0]] = [numbers(version), numbers(range)];
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** Packages that would add an engine; not those that are known not to work here. */
function missingParts(checks: readonly EngineCheck[], system: System): DoctorReport['optional'] {
  const isMissing = (name: string) =>
    checks.some((one) => one.package === name && one.state === 'not installed');
  const native = {
    name: 'onnxruntime-node',
    purpose: 'engine onnxruntime: the fastest on processors, and graphics devices',
    command: installCommand(system),
  };
  const tfjs = TFJS_PACKAGES.filter(({ name }) => !tooNewForTfjsNode(name, system)).map((one) => ({
    name: one.name,
    purpose: `engine tfjs on ${one.purpose}`,
    command: `npm install ${one.name}`,
  }));
  return [native, ...tfjs].filter(({ name }) => isMissing(name));
}
