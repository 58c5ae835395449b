import type { AnyArchitecture } from '../../checkpoint/architecture/architecture.js';

/** What is known of a model before its weights are read. */
export type ModelShape = Pick<AnyArchitecture, 'family' | 'resolution'>;
