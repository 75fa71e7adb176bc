/** The catalogue of cheats that one learner can try: what it does, and what must be found. */
import { type FindingKind, type RuleId, STATE, type Verdict } from '@zhenxue/protocol';
import { type Cheat, goodNetwork, truthOf } from './cheat.ts';
import { type Judgement, judgeFindings } from './expectation.ts';
import { challengeIgnorer, faceCheat } from './face-cheats.ts';
import type { Learner } from './learner.ts';
import type { Page } from './page.ts';

const MINUTE = 60_000;

/** Milliseconds of playing past a photo request that prove its suppression: window, slack and a beat. */
const LONGEST_WAIT_MS = 38_000;

/** Whoever asked the guard only to observe may have done it as well as the learner. */
function attributionOf(learner: Learner): 'learner' | 'unknown' {
  return learner.enrolment.guard === 'observe' ? 'unknown' : 'learner';
}

/** Does something for a while on a playing page, and notes when. */
function during(learner: Learner, ms: number, begin: (page: Page) => void, end: (page: Page) => void): void {
  learner.onPage(learner.chance.int(20_000, 90_000), (page) => {
    page.play();
    learner.diligent = false;
    page.after(500, () => {
      const truth = { fromAt: page.now, toAt: page.now };
      learner.truth.push(truth);
      begin(page);
      page.after(ms, () => {
        truth.toAt = page.now;
        end(page);
        learner.diligent = true;
      });
    });
  });
}

function found(rule: RuleId, kinds: readonly FindingKind[], withTruth = true): Cheat['judge'] {
  return (learner, verdicts) =>
    judgeFindings(verdicts, {
      rule,
      kinds,
      attribution: attributionOf(learner),
      truth: withTruth ? truthOf(learner) : null,
    });
}

function rateCheat(rate: number, told: boolean): Cheat {
  const room = (learner: Learner) => Math.floor((0.5 * learner.enrolment.videoMs) / rate);
  return {
    name: `${rate}x ${told ? 'told' : 'hidden'}`,
    honest: false,
    guarded: false,
    shape: goodNetwork,
    begin(learner) {
      const ms = Math.min(
        room(learner),
        Math.max(rate < 1.2 ? 60_000 : 25_000, learner.chance.int(25_000, 90_000)),
      );
      during(
        learner,
        ms,
        (page) => page.setRate(rate, told),
        (page) => page.setRate(1, told),
      );
    },
    judge: found('fast-forward', told ? ['rate-reported'] : ['slope-measured']),
  };
}

/** The Worker's clock runs fast as well, so that the slope looks honest. */
function hookedClock(speed: number): Cheat {
  return {
    name: `clock x${speed}`,
    honest: false,
    guarded: false,
    shape(learner) {
      goodNetwork(learner);
      learner.machine.lateMs = 0;
    },
    begin(learner) {
      learner.onPage(learner.chance.int(5_000, 30_000), (page) => {
        page.clock.setSpeed(page.now, speed);
        page.media.set(page.now, { rate: speed });
        page.claimedRate = 1_000;
        learner.resumeAtMs = null;
      });
    },
    judge: found('fast-forward', ['clock-ahead'], false),
  };
}

function awayCheat(
  name: string,
  bits: number,
  claimed: 'visibility' | 'focus' | 'pip',
  kind: FindingKind,
): Cheat {
  return {
    name,
    honest: false,
    guarded: false,
    shape: goodNetwork,
    begin(learner) {
      during(
        learner,
        learner.chance.int(15_000, 100_000),
        (page) => page.flag(bits, true, claimed),
        (page) => page.flag(bits, false, claimed),
      );
    },
    judge: found('multi-window', [kind]),
  };
}

const seekToEnd: Cheat = {
  name: 'seek to end',
  honest: false,
  guarded: false,
  shape: goodNetwork,
  begin(learner) {
    learner.onPage(learner.chance.int(20_000, 60_000), (page) => {
      page.play();
      page.after(300, () => {
        learner.truth.push({ fromAt: page.now, toAt: page.now });
        page.seek(page.media.durationMs - learner.chance.int(2_000, 20_000));
      });
    });
  },
  judge: (learner, verdicts) =>
    judgeFindings(verdicts, {
      rule: 'fast-forward',
      kinds: ['seek-forward', 'end-claimed'],
      attribution: attributionOf(learner),
      truth: truthOf(learner),
      openEnd: true,
    }),
};

const fakeEnded: Cheat = {
  name: 'fake ended',
  honest: false,
  guarded: false,
  shape: goodNetwork,
  begin(learner) {
    learner.onPage(learner.chance.int(20_000, 60_000), (page) => {
      learner.truth.push({ fromAt: page.now, toAt: page.now });
      page.record({ e: 'ended' });
    });
  },
  judge: found('fast-forward', ['end-claimed']),
};

/** From the deadline of the first popup that nobody answered. */
function judgeSuppressed(_learner: Learner, verdicts: readonly Verdict[]): Judgement {
  const open = verdicts.flatMap((verdict) => verdict.popups).find((popup) => popup.answeredAt === null);
  if (open === undefined) return { found: false, detail: 'expected a popup that nobody answered' };
  return judgeFindings(verdicts, {
    rule: 'popup-interval',
    kinds: ['popup-suppressed'],
    attribution: 'unknown',
    truth: { fromAt: open.deadlineAt, toAt: open.deadlineAt },
    openEnd: true,
  });
}

/** The page never shows a popup and plays on. */
export const popupRemover: Cheat = {
  name: 'popup removed',
  honest: false,
  guarded: false,
  shape(learner) {
    goodNetwork(learner);
    learner.habits.shows = false;
    learner.habits.popupAfterMs = () => null;
  },
  judge: judgeSuppressed,
};

const popupIgnorer: Cheat = {
  name: 'popup ignored, paused',
  honest: false,
  guarded: true,
  shape(learner) {
    goodNetwork(learner);
    learner.habits.popupAfterMs = () => null;
    learner.after(20 * MINUTE, () => learner.finish());
  },
  judge(learner, verdicts) {
    const violations = verdicts
      .flatMap((verdict) => verdict.findings)
      .filter((f) => f.severity === 'violation');
    const credited = Math.max(0, ...verdicts.map((verdict) => verdict.creditedMs));
    const right = violations.length === 0 && credited < 5 * MINUTE && !learner.world.ledger.failures.length;
    return {
      found: right,
      detail: `expected no violation and less than 300 s, got ${violations.length} and ${credited} ms`,
    };
  },
};

const popupClicker: Cheat = {
  name: 'popup clicker',
  honest: false,
  guarded: true,
  shape(learner) {
    goodNetwork(learner);
    learner.machine.lateMs = 0;
    learner.habits.popupAfterMs = () => learner.chance.int(20, 120);
    learner.habits.wrongFirst = () => 0;
  },
  judge(_learner, verdicts) {
    const findings = verdicts.flatMap((verdict) => verdict.findings);
    const hint = findings.some((f) => f.kind === 'answers-inhuman' && f.severity === 'hint');
    const decided = findings.some((f) => f.severity === 'violation');
    const enough = verdicts.some(
      (verdict) => verdict.popups.filter((p) => p.answeredAt !== null).length >= 2,
    );
    return {
      found: (hint || !enough) && !decided,
      detail: `expected a hint and no violation among ${findings.map((f) => f.kind).join(', ') || 'none'}`,
    };
  },
};

const photoSuppressor: Cheat = {
  name: 'photo suppressed',
  honest: false,
  guarded: false,
  shape(learner) {
    goodNetwork(learner);
    learner.habits.camera = () => {
      const { page } = learner;
      const leftMs = page === null ? 0 : page.media.durationMs - page.position();
      learner.truth.push({ fromAt: learner.now, toAt: learner.now + leftMs });
      return 'silent';
    };
  },
  judge(learner, verdicts) {
    const found = verdicts.flatMap((verdict) => verdict.findings);
    // A request that the video's end overtakes proves nothing: the hour stays without its photo, which is a gap.
    const overtaken = learner.truth.every(({ fromAt, toAt }) => toAt - fromAt < LONGEST_WAIT_MS);
    if (overtaken) return { found: found.some((f) => f.kind === 'photo-missing'), detail: 'expected a gap' };
    return judgeFindings(verdicts, {
      rule: 'random-photo',
      kinds: ['photo-suppressed'],
      attribution: 'unknown',
      truth: null,
    });
  },
};

/** Sends the whole lesson at once. */
const burstForger: Cheat = {
  name: 'burst forger',
  honest: false,
  guarded: false,
  shape: goodNetwork,
  pageOpened(learner, page) {
    learner.diligent = false;
    page.beating = false;
    page.after(learner.chance.int(500, 5_000), () =>
      forge(page, page.sessionTime(), learner.enrolment.videoMs),
    );
  },
  judge: found('fast-forward', ['clock-ahead'], false),
};

/** Beats of a smooth playback from the beginning, as if it had begun at session time `fromT`. */
function forge(page: Page, fromT: number, ms: number): void {
  for (let played = 0; played <= ms; played += 5_000)
    page.sitting.record({ e: 'beat', t: fromT + played, m: played, s: STATE.playing });
}

/** Says nothing for a long time, then tells of a smooth playback that nobody could watch over. */
const backDated: Cheat = {
  name: 'back-dated batches',
  honest: false,
  guarded: false,
  shape: goodNetwork,
  pageOpened(learner, page) {
    learner.diligent = false;
    page.beating = false;
    const quietMs = Math.min(learner.enrolment.videoMs, 10 * MINUTE);
    page.after(quietMs, () => {
      forge(page, Math.max(0, page.sessionTime() - quietMs), quietMs - 5_000);
      page.after(60_000, () => learner.finish());
    });
  },
  judge(_learner, verdicts) {
    const credited = Math.max(0, ...verdicts.map((verdict) => verdict.creditedMs));
    return { found: credited < 5 * MINUTE, detail: `expected less than 300 s of credit, got ${credited} ms` };
  },
};

/** Plays four times as fast for less than a slope window, then reloads, again and again. */
const restarted: Cheat = {
  name: 'restarted page',
  honest: false,
  guarded: false,
  shape: goodNetwork,
  pageOpened(learner, page) {
    page.after(3_000, () => page.setRate(4, false));
    page.after(16_000, () => learner.reload(true, 500));
  },
  begin(learner) {
    learner.after(8 * MINUTE, () => learner.finish());
  },
  judge(learner, verdicts) {
    const credited = Math.max(0, ...verdicts.map((verdict) => verdict.creditedMs));
    const { slackMs, slackRefillMs } = learner.world.server.pack.credit;
    const realMs = 8 * MINUTE * (3 / 16) + slackMs * (2 + (8 * MINUTE) / slackRefillMs) + 30_000;
    const found = credited <= realMs || verdicts.some((verdict) => verdict.outcome === 'invalid');
    return { found, detail: `expected at most ${realMs} ms of credit, got ${credited} ms` };
  },
};

/** Every cheat of one learner. */
export const CHEATS: readonly Cheat[] = [
  ...[1.1, 1.25, 2, 4, 16].flatMap((rate) => [rateCheat(rate, true), rateCheat(rate, false)]),
  ...[1.02, 1.25, 4].map(hookedClock),
  seekToEnd,
  fakeEnded,
  awayCheat('hidden tab', STATE.hidden, 'visibility', 'played-hidden'),
  awayCheat('hidden tab, denied', STATE.hiddenWitnessed, 'visibility', 'played-hidden'),
  awayCheat('unfocused window', STATE.unfocused, 'focus', 'played-unfocused'),
  awayCheat('picture in picture', STATE.pip, 'pip', 'played-pip'),
  popupRemover,
  { ...popupRemover, name: 'paced forger', shape: forgerShape },
  popupIgnorer,
  popupClicker,
  photoSuppressor,
  burstForger,
  backDated,
  restarted,
  faceCheat('another person at the camera', 'other-person', 'other-person', 3),
  faceCheat('a photo held up', 'spoof', 'spoof-shown', 3),
  faceCheat('virtual camera', 'virtual', 'capture-virtual', 1),
  faceCheat('replayed capture', 'replayed', 'capture-replayed', 1),
  challengeIgnorer,
];

/** A script that speaks the protocol at the right pace: no player, no popups. */
function forgerShape(learner: Learner): void {
  popupRemover.shape?.(learner);
  learner.habits.camera = () => 'works';
}
