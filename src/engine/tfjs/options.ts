import type { EngineOptions } from '../engine.js';

/** What is chosen of TensorFlow.js, without its types: who uses this package need not have them. */
export interface TfjsOptions extends EngineOptions {
  /** Which packages to try, in this order. Default: all of them. */
  readonly packages?: readonly TfjsPackage[];
  readonly importModule?: Import;
}

/** A package that brings TensorFlow.js a backend, all of them optional. */
export interface TfjsPackage {
  readonly name: string;
  /** What the package calls its backend. */
  readonly backend: string;
  /** What it is for, in a few words. */
  readonly purpose: string;
}

/** Answers TensorFlow.js as a package brings it. */
export type Import = (name: string) => Promise<unknown>;
