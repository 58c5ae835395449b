import { UsageError } from '../../errors.js';
import { meant } from '../../text/nearest.js';
import { AVERAGE_OF_ALL, LINEAR } from './linear.js';
import type { MergeMethod } from './method.js';
import { SLERP } from './slerp.js';
import { TASK } from './task.js';

const BUILT_IN: readonly MergeMethod[] = [LINEAR, SLERP, TASK, AVERAGE_OF_ALL];

const methods = new Map(BUILT_IN.map((method) => [method.name, method]));

/** What a method may be called. */
const NAME = /^[a-z][a-z0-9-]{0,31}$/;

/** The names of all methods, those that are built in first. */
export function methodNames(): string[] {
  return [...methods.keys()];
}

/** All methods, with their formulas and papers. */
export function mergeMethods(): readonly MergeMethod[] {
  return [...methods.values()];
}

export function isMethod(name: string): boolean {
  return methods.has(name);
}

/** Whether every process knows a method: threads and other programs have those that are built in only. */
export function isBuiltIn(name: string): boolean {
  return BUILT_IN.some((method) => method.name === name);
}

/** @throws UsageError `METHOD_UNKNOWN` */
export function methodNamed(name: string): MergeMethod {
  const method = methods.get(name);
  if (method !== undefined) return method;
  const known = methodNames();
  throw new UsageError(
    'METHOD_UNKNOWN',
    `\`method\`: expected ${known.join(', ')}, found ${JSON.stringify(name.slice(0, 40))}`,
    { hint: meant(name, known, 'a method of your own has to be added first: addMethod') },
  );
}

/**
 * Adds a method of one's own, for recipes and options of this process.
 * @throws UsageError `METHOD_NAME` for a name that is taken, or no name
 * @example addMethod({ name: 'first', formula: 'm_0', source: 'mine', merge: ([{ values }]) => values });
 */
export function addMethod(method: MergeMethod): void {
  if (NAME.test(method.name) && !methods.has(method.name)) {
    methods.set(method.name, method);
    return;
  }
  throw new UsageError(
    'METHOD_NAME',
    `method: expected a name of lower-case letters, digits and - that is not taken, found ${JSON.stringify(method.name)}`,
    { hint: `taken are ${methodNames().join(', ')}` },
  );
}
