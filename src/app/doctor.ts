import { type CompiledCache, clearCompiled } from '../engine/cache/compiled-cache.js';
import { type DoctorReport, runDoctor } from '../engine/doctor/doctor.js';
import { EngineError } from '../errors.js';
import { BUNDLED_MODELS, bundledPath } from '../models/bundled.js';
import { cacheFolder } from '../models/homes.js';
import { type Answer, Report, type Run } from './run/run.js';

export interface DoctorOptions extends Run {
  /** Where compiled generators are kept, if anywhere: said how large it is. */
  readonly cache?: CompiledCache;
}

/** What `doctor` answers. */
export interface DoctorDocument {
  /** Whether ONNX Runtime works on the processor, in either of its builds. */
  readonly ok: boolean;
  /** Name and version of this package. */
  readonly package: DoctorReport['package'];
  /** Node, platform and processor of this machine, and which Node is needed. */
  readonly system: DoctorReport['system'];
  /** Every engine with every device and package that it could use, the default one first. */
  readonly engines: DoctorReport['engines'];
  /** Generators that come with the package. */
  readonly models: DoctorReport['models'];
  /** Folders in which downloads and compiled generators are kept. */
  readonly caches: DoctorReport['caches'];
  /** Parts that are not there, and the one command that adds each. */
  readonly optional: DoctorReport['optional'];
  /** Whether faces can be found, and with what. */
  readonly faces: FacesCheck;
}

/** Whether faces can be found. */
export interface FacesCheck {
  /** Whether the detector works. */
  readonly state: 'works' | 'unavailable';
  /** With what it computes, where it works. */
  readonly description?: string;
  /** Why it does not. */
  readonly reason?: string;
}

/**
 * What this machine can compute with, and what it lacks. The answer has a failure where the default engine fails.
 * @throws AbortedError
 * @example (await doctor()).document.ok // true where the default engine works
 */
export async function doctor(options: DoctorOptions = {}): Promise<Answer<DoctorDocument>> {
  const { cache, signal } = options;
  const compiled = cache === undefined ? [] : [{ name: 'compiled generators', path: cache.folder }];
  const found = await runDoctor({
    signal,
    models: BUNDLED_MODELS.map((name) => ({ name, path: bundledPath(name) })),
    caches: [{ name: 'everything', path: cacheFolder() }, ...compiled],
  });
  const document = { ...found, faces: await checkFaces() };
  return new Report(options).answer(document, found.ok ? undefined : unusable());
}

function unusable(): EngineError {
  const message = 'neither onnxruntime nor onnxruntime-web works on cpu';
  return new EngineError('DEFAULT_ENGINE_UNUSABLE', message, {
    hint: 'see what is said about it above, and docs/engines.md',
  });
}

async function checkFaces(): Promise<FacesCheck> {
  try {
    const { createFaceFinder } = await import('../face/detect/find-faces.js');
    await using finder = await createFaceFinder();
    return { state: 'works', description: finder.description };
  } catch (error) {
    return { state: 'unavailable', reason: error instanceof Error ? error.message : String(error) };
  }
}

export interface ClearCacheOptions extends Run {
  /** Where compiled generators are kept. */
  readonly cache: Pick<CompiledCache, 'folder'>;
}

/** What `clearCache` answers. */
export interface ClearedCacheDocument {
  /** The folder that is gone. */
  readonly folder: string;
  /** Bytes that are free again. */
  readonly bytes: number;
}

/** Forgets the compiled generators that are kept; models that were downloaded stay. */
export async function clearCache(options: ClearCacheOptions): Promise<Answer<ClearedCacheDocument>> {
  const { folder } = options.cache;
  return new Report(options).answer({ folder, bytes: await clearCompiled({ folder }) });
}
