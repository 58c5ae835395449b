import { describeInPlacePlan } from '../../app/blending/in-place-summary.js';
import type { BlendSource } from '../../app/blending/source.js';
import type { JobOptions } from '../../app/blending/work.js';
import { type PlanDocument, plan } from '../../app/plan.js';
import { command, type Running } from '../command.js';
import { planLines, predictionLine } from '../lines/plan-lines.js';
import { engineOptions } from '../options/engine.js';
import { classOption, seeds } from '../options/models.js';
import { blendOutput, force } from '../options/output.js';
import { sourceOf, sourceOptions } from '../options/source.js';
import type { Outcome } from '../outcome.js';
import { COMMANDS } from './list.js';

export default command(COMMANDS.plan, {
  // As of blend itself, so that a call can be looked at before it is made.
  options: [...sourceOptions, seeds, classOption, ...blendOutput, force, ...engineOptions],
  run: ([recipe], options, run) => planned(sourceOf(recipe, options), options, run),
});

/** What `blend --dry-run` and `blend plan` answer. */
export async function planned(source: BlendSource, options: JobOptions, run: Running): Promise<Outcome> {
  const { document } = await plan(source, { ...options, ...run });
  return { document, lines: linesOfPlan(document) };
}

/** What a blend would be made of, and what it would take. */
function linesOfPlan({ plan: rows, recipe, prediction, ...rest }: PlanDocument): string[] {
  const { form, dtype, container, output, inPlace } = rest;
  const lines = [...planLines(rows, recipe), predictionLine(prediction)];
  if (container !== undefined && inPlace !== undefined) {
    return [...lines, describeInPlacePlan(container, inPlace), `would write ${output}`];
  }
  return [...lines, `would write ${output} (${form === 'rosinality' ? `rosinality, ${dtype}` : dtype})`];
}
