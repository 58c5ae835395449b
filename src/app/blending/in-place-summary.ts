import { basename } from 'node:path';
import type { InPlacePlan, InPlaceReport } from '../../checkpoint/in-place/plan-in-place.js';

/** One line on what became of the container's tensors. */
export function describeInPlace(container: string, report: InPlaceReport): string {
  const parts = [
    `${tensors(report.changed)} changed`,
    ...part(report.rounded, (names) => `${names} rounded to what the file stores`),
    ...lossParts(report),
  ];
  return `in place of ${basename(container)}: ${parts.join('; ')}; all else is its own`;
}

/** The same before it is done. */
export function describeInPlacePlan(container: string, plan: InPlacePlan): string {
  const parts = [`${tensors(plan.replaced)} would be replaced`, ...lossParts(plan)];
  return `in place of ${basename(container)}: ${parts.join('; ')}; all else is its own`;
}

/** Whether something came out otherwise than one expects. */
export function isLossy({ rounded, kept, dropped, settings }: InPlaceReport): boolean {
  return [rounded, kept, dropped, settings].some((names) => names.length > 0);
}

function lossParts({
  kept,
  dropped,
  settings,
}: Pick<InPlaceReport, 'kept' | 'dropped' | 'settings'>): string[] {
  return [
    ...part(kept, (names) => `${names} not in the blend, so the file keeps its own`),
    ...part(dropped, (names) => `${names} without a place in the file, left out`),
    ...settings.map((setting) => `setting kept: ${setting}`),
  ];
}

function part(names: readonly string[], line: (tensors: string) => string): string[] {
  if (names.length === 0) return [];
  return [line(`${tensors(names)} (${names[0]}${names.length > 1 ? ', …' : ''})`)];
}

function tensors(names: readonly string[]): string {
  return names.length === 1 ? '1 tensor' : `${names.length} tensors`;
}
