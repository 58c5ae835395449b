import type { Device, EngineName } from '../engine.js';

/** What this machine can do and what it lacks. Plain data: it is also the answer in JSON. */
export interface DoctorReport {
  /** Whether ONNX Runtime works on the processor, natively or in WebAssembly: one of the two is taken by default. */
  readonly ok: boolean;
  readonly package: { readonly name: string; readonly version: string };
  readonly system: System & { readonly nodeRange: string; readonly nodeSupported: boolean };
  /** Every engine with every device and package that it could use, in the order in which engines are taken. */
  readonly engines: readonly EngineCheck[];
  readonly models: readonly StoredPlace[];
  readonly caches: readonly StoredPlace[];
  /** Parts that are not there, and the one command that adds each. */
  readonly optional: readonly { readonly name: string; readonly purpose: string; readonly command: string }[];
}

export interface System {
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
  readonly cores: number;
}

export interface EngineCheck {
  readonly engine: EngineName;
  /** The npm package that it needs. */
  readonly package: string;
  /** What it computes on, or would. */
  readonly device: Device;
  readonly state: 'works' | 'unavailable' | 'not installed';
  /** In words, with its version, where it works. */
  readonly description?: string;
  /** Time to compile and run a tiny graph with a known result. */
  readonly milliseconds?: number;
  /** Whether it has 16-bit floats, for `half`; of graphics devices that work. */
  readonly half?: boolean;
  /** Why it is not available. */
  readonly reason?: string;
  /** What is known about that, and what to do. */
  readonly advice?: string;
}

/** A file or folder that takes space. */
export interface StoredPlace {
  readonly name: string;
  readonly path: string;
  /** undefined where there is nothing at that path. */
  readonly bytes: number | undefined;
}
