import type { Device, EngineName } from '../engine.js';

/** What this machine can do and what it lacks. Plain data: it is also the answer in JSON. */
export interface DoctorReport {
  /** Whether ONNX Runtime works on the processor, natively or in WebAssembly: one of the two is taken by default. */
  readonly ok: boolean;
  readonly package: {
    /** Of this package. */
    readonly name: string;
    /** Of this package. */
    readonly version: string;
  };
  readonly system: System & {
    /** The versions of Node that this package takes. */
    readonly nodeRange: string;
    /** Whether this Node is one of them. */
    readonly nodeSupported: boolean;
  };
  /** Every engine with every device and package that it could use, in the order in which engines are taken. */
  readonly engines: readonly EngineCheck[];
  readonly models: readonly StoredPlace[];
  readonly caches: readonly StoredPlace[];
  /** Parts that are not there, and the one command that adds each. */
  readonly optional: readonly {
    /** Of a package. */
    readonly name: string;
    /** What it is good for. */
    readonly purpose: string;
    /** What adds it. */
    readonly command: string;
  }[];
}

export interface System {
  /** Version of Node. */
  readonly node: string;
  /** Operating system, as Node calls it. */
  readonly platform: string;
  /** Kind of processor, as Node calls it. */
  readonly arch: string;
  /** Cores that this process may use. */
  readonly cores: number;
}

export interface EngineCheck {
  /** As `engine` has it. */
  readonly engine: EngineName;
  /** The npm package that it needs. */
  readonly package: string;
  /** What it computes on, or would. */
  readonly device: Device;
  /** Whether a tiny graph was computed with it. */
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
  /** What it is. */
  readonly name: string;
  /** Where it is. */
  readonly path: string;
  /** Its size; undefined where there is nothing at that path. */
  readonly bytes: number | undefined;
}
