export * from './elementwise.js';
export * from './gradients.js';
export * from './leaves.js';
export * from './linear.js';
export * from './program.js';
export * from './reducing.js';
export * from './shaping.js';
export * from './tensor.js';
