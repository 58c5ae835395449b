import type { Report } from '../run/run.js';

/** Shows how far the work is: picture by picture, or all together where several are worked on at once. */
export interface Board {
  begin(label: string): { update(step: number, loss: number): void; finish(): void };
}

/** @param steps of each of `count` pictures at most */
export function createBoard(report: Report, jobs: number, count: number, steps: number): Board {
  if (jobs <= 1) {
    return {
      begin(label) {
        const stage = report.stage(label, steps);
        return { update: (step, loss) => stage(step, { loss }), finish: () => stage(steps) };
      },
    };
  }
  const all = report.stage(`${count} pictures`, count * steps);
  let done = 0;
  return {
    begin() {
      let last = 0;
      const advance = (to: number) => {
        done += to - last;
        last = to;
        all(done);
      };
      return { update: advance, finish: () => advance(steps) };
    },
  };
}
