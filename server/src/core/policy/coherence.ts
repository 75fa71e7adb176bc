/** What must hold between parameters of a pack. Each line says which honest sitting would be lost without it. */
import { type Fault, fault } from './check.ts';
import type { PolicyPack } from './pack.ts';

interface Condition {
  readonly path: string;
  readonly holds: boolean;
  readonly expected: string;
  readonly got: string;
}

function timing(pack: PolicyPack): readonly Condition[] {
  const { popup, photo, credit, fastForward, multiWindow } = pack;
  return [
    {
      path: 'pack.popup.dueMinMs',
      holds: popup.dueMinMs <= popup.dueMaxMs,
      expected: `at most dueMaxMs (${popup.dueMaxMs})`,
      got: `${popup.dueMinMs}`,
    },
    {
      // A learner who answers at the last moment must still stay under the gap that the rule allows.
      path: 'pack.popup.dueMaxMs',
      holds: popup.dueMaxMs + popup.answerWindowMs < popup.gapMaxMs,
      expected: `dueMaxMs + answerWindowMs below gapMaxMs (${popup.gapMaxMs})`,
      got: `${popup.dueMaxMs + popup.answerWindowMs}`,
    },
    {
      // A request must be answerable inside the class hour that it is for.
      path: 'pack.photo.answerWindowMs',
      holds: photo.answerWindowMs < credit.classHourMs,
      expected: `below credit.classHourMs (${credit.classHourMs})`,
      got: `${photo.answerWindowMs}`,
    },
    {
      // Offline, no popup can arrive: playing on must stop before the gap is a violation.
      path: 'pack.offlineGraceMs',
      holds: pack.offlineGraceMs < popup.gapMaxMs,
      expected: `below popup.gapMaxMs (${popup.gapMaxMs})`,
      got: `${pack.offlineGraceMs}`,
    },
    {
      // Slack that refills faster than it is used up would allow a permanent fast-forward.
      path: 'pack.credit.slackRefillMs',
      holds: credit.slackMs * 20 <= credit.slackRefillMs,
      expected: `at least 20 × slackMs (${credit.slackMs * 20})`,
      got: `${credit.slackRefillMs}`,
    },
    {
      // What the SDK takes back in time must not have advanced into a violation already.
      path: 'pack.fastForward.slopeWindowMs',
      holds: fastForward.slopeWindowMs > fastForward.resetWithinMs + fastForward.advanceMaxMs,
      expected: `above resetWithinMs + advanceMaxMs (${fastForward.resetWithinMs + fastForward.advanceMaxMs})`,
      got: `${fastForward.slopeWindowMs}`,
    },
    {
      // Visible but unfocused is the milder state.
      path: 'pack.multiWindow.unfocusedGraceMs',
      holds: multiWindow.hiddenGraceMs <= multiWindow.unfocusedGraceMs,
      expected: `at least hiddenGraceMs (${multiWindow.hiddenGraceMs})`,
      got: `${multiWindow.unfocusedGraceMs}`,
    },
  ];
}

function scope(pack: PolicyPack): readonly Condition[] {
  const { session, credit, effective, liveness, hints } = pack;
  return [
    {
      // Fewer challenges than failures that count could never find anything.
      path: 'pack.liveness.challengesMax',
      holds: liveness.challengesMax >= liveness.attempts,
      expected: `at least attempts (${liveness.attempts})`,
      got: `${liveness.challengesMax}`,
    },
    {
      // A tolerance of half the grid would take every answer for a machine's.
      path: 'pack.hints.gridToleranceMs',
      holds: hints.gridToleranceMs * 4 <= hints.gridMs,
      expected: `at most a quarter of gridMs (${hints.gridMs})`,
      got: `${hints.gridToleranceMs}`,
    },
    {
      path: 'pack.session.resumeGraceMs',
      holds: session.resumeGraceMs < session.lengthMaxMs,
      expected: `below lengthMaxMs (${session.lengthMaxMs})`,
      got: `${session.resumeGraceMs}`,
    },
    {
      path: 'pack.session.lengthMaxMs',
      holds: session.lengthMaxMs >= credit.classHourMs,
      expected: `at least credit.classHourMs (${credit.classHourMs})`,
      got: `${session.lengthMaxMs}`,
    },
    {
      path: 'pack.effective.to',
      holds: effective.to === null || effective.from <= effective.to,
      expected: `null or a date not before ${effective.from}`,
      got: `${effective.to}`,
    },
  ];
}

/** The conditions that a pack breaks, as faults. */
export function coherenceOf(pack: PolicyPack): readonly Fault[] {
  const faults: Fault[] = [];
  for (const { path, holds, expected, got } of [...timing(pack), ...scope(pack)]) {
    if (!holds) fault(faults, path, expected, got);
  }
  return faults;
}
