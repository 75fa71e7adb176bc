import { describe, expect, it } from 'vitest';
import {
  type PlatformAct,
  type PlatformEvidence,
  weighEvidence,
} from '../../../server/src/core/sanctions/platform-evidence.ts';
import type { PopulationJudgement } from '../../../server/src/core/sanctions/population.ts';
import { sanctionTrigger, type TriggerFinding } from '../../../server/src/core/sanctions/trigger.ts';
import { packOf } from '../../support/sitting.ts';

const COMPLETE: PopulationJudgement = { complete: true, learners: 5, sharePermille: 500 };
const SHORT: PopulationJudgement = { complete: false, learners: 4, sharePermille: 1_000 };
const POPULATIONS = [null, SHORT, COMPLETE];

const act = (name: PlatformAct, channel: 'platform-key' | 'page'): PlatformEvidence => ({
  kind: 'act',
  act: name,
  channel,
});

const attributions = (evidence: PlatformEvidence): string[] =>
  POPULATIONS.map((population) => weighEvidence(evidence, population).attribution);

describe('evidence against a platform', () => {
  it.each<PlatformAct>(['control-off', 'video-unapproved', 'order-overridden', 'completion-claimed'])(
    '%s with the platform’s key is its own act, and the same said by a page never is',
    (name) => {
      expect(weighEvidence(act(name, 'platform-key'), null)).toMatchObject({
        attribution: 'platform',
        forgeable: false,
      });
      expect(attributions(act(name, 'page'))).toEqual(['unknown', 'unknown', 'unknown']);
      expect(weighEvidence(act(name, 'page'), COMPLETE).forgeable).toBe(true);
    },
  );

  it('observing with fast-forward needs many learners, since one could have sped up alone', () => {
    expect(attributions(act('observe-fast', 'platform-key'))).toEqual(['unknown', 'unknown', 'platform']);
    expect(attributions(act('observe-fast', 'page'))).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it('a suppressed control is the platform’s only in a whole population', () => {
    expect(attributions({ kind: 'suppression' })).toEqual(['unknown', 'unknown', 'platform']);
    expect(weighEvidence({ kind: 'suppression' }, SHORT)).toMatchObject({
      forgeable: true,
      awaits: 'population',
    });
  });

  it.each(['reused-capture', 'cloned-stream'] as const)('%s always waits for a person', (likeness) => {
    const evidence: PlatformEvidence = { kind: 'likeness', likeness };
    expect(attributions(evidence)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(POPULATIONS.map((population) => weighEvidence(evidence, population).awaits)).toEqual([
      'human',
      'human',
      'human',
    ]);
  });

  it('is explained in both languages', () => {
    const { reason } = weighEvidence(act('control-off', 'platform-key'), null);
    expect(reason.zh).toContain('平台');
    expect(reason.en).toContain('platform');
  });
});

describe('the trigger', () => {
  function finding(session: string, parts: Partial<TriggerFinding> = {}): TriggerFinding {
    return {
      session,
      finding: 'F1',
      severity: 'violation',
      attribution: 'platform',
      // 00:30 in Shanghai on 2 March: still 1 March in UTC.
      violatedAt: Date.UTC(2026, 2, 1, 16, 30),
      ...parts,
    };
  }

  it.each<[string, Partial<TriggerFinding>]>([
    ['a learner’s cheating', { attribution: 'learner' }],
    ['what nobody can be blamed for', { attribution: 'unknown' }],
    ['a gap', { severity: 'gap' }],
    ['a hint', { severity: 'hint' }],
  ])('is never %s', (_name, parts) => {
    const findings = Array.from({ length: 1_000 }, (_, n) => finding(`s${n}`, parts));
    expect(sanctionTrigger(findings, packOf('zz-2022-2'))).toBeNull();
  });

  it('is one session under the notice, three under another pack', () => {
    const sessions = ['a', 'b', 'c'].map((session) => finding(session));
    expect(sanctionTrigger(sessions.slice(0, 1), packOf('zz-2022-2'))?.sessions).toBe(1);
    expect(sanctionTrigger(sessions.slice(0, 2), packOf('lj-2026-8'))).toBeNull();
    expect(sanctionTrigger(sessions, packOf('lj-2026-8'))?.sessions).toBe(3);
  });

  it('counts sessions, not findings', () => {
    const findings = ['F1', 'F2', 'F3'].map((id) => finding('a', { finding: id }));
    expect(sanctionTrigger(findings, packOf('lj-2026-8'))).toBeNull();
  });

  it('dates the ban from the earliest violation, on its local date, and cites all', () => {
    const findings = [
      finding('b', { violatedAt: Date.UTC(2026, 2, 5) }),
      finding('c', { attribution: 'learner', violatedAt: 0 }),
      finding('a'),
    ];
    const expected = {
      violationDate: '2026-03-02',
      sessions: 2,
      cites: [
        { session: 'a', finding: 'F1' },
        { session: 'b', finding: 'F1' },
      ],
    };
    expect(sanctionTrigger(findings, packOf('zz-2022-2'))).toEqual(expected);
    expect(sanctionTrigger(findings.toReversed(), packOf('zz-2022-2'))).toEqual(expected);
  });

  it('is nothing without findings', () => {
    expect(sanctionTrigger([], packOf('zz-2022-2'))).toBeNull();
  });
});
