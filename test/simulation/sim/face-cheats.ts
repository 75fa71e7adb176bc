/** Cheats before the camera: somebody else, a photo held up, a capture that is none, and looking away. */
import type { FindingKind } from '@zhenxue/protocol';
import type { LivenessResult } from '../../../server/src/core/session/records.ts';
import { type Cheat, goodNetwork, truthOf } from './cheat.ts';
import { judgeFindings } from './expectation.ts';

const MINUTE = 60_000;

/** Fails every challenge in the same way, from the first or only after the entrance. */
export function faceCheat(name: string, result: LivenessResult, kind: FindingKind, decides: number): Cheat {
  return {
    name,
    honest: false,
    guarded: false,
    challenged: true,
    shape(learner) {
      goodNetwork(learner);
      const fromFirst = learner.chance.happens(0.5);
      let judged = 0;
      learner.habits.face = () => {
        judged += 1;
        const failures = fromFirst ? judged : judged - 1;
        if (failures === decides) learner.truth.push({ fromAt: learner.now, toAt: learner.now });
        return failures > 0 ? result : 'passed';
      };
      learner.after(25 * MINUTE, () => learner.finish());
    },
    judge: (learner, verdicts) =>
      judgeFindings(verdicts, {
        rule: 'liveness-match',
        kinds: [kind],
        attribution: 'learner',
        truth: truthOf(learner),
        openEnd: true,
      }),
  };
}

/** Answers no challenge and lets the video play on: no evidence of anything, and no class time. */
export const challengeIgnorer: Cheat = {
  name: 'challenge ignored',
  honest: false,
  guarded: false,
  challenged: true,
  shape(learner) {
    goodNetwork(learner);
    learner.habits.challenge = () => 'silent';
  },
  judge(_learner, verdicts) {
    const findings = verdicts.flatMap((verdict) => verdict.findings);
    const credited = Math.max(0, ...verdicts.map((verdict) => verdict.creditedMs));
    const missing = findings.some((f) => f.kind === 'liveness-missing' && f.severity === 'gap');
    const undetermined = verdicts.some((verdict) => verdict.outcome === 'undetermined');
    return {
      found: missing && undetermined && credited === 0,
      detail: `expected a gap and no credit, got ${findings.map((f) => f.kind).join(', ') || 'nothing'} and ${credited} ms`,
    };
  },
};
