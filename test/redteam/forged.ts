/** Batches forged without a browser: a valid ticket, the real wire, and events that no player ever had. */
import type { Directive, LearningEvent, TicketIssued, Welcome } from '@zhenxue/protocol';
import { STATE } from '@zhenxue/protocol';
import { createHeadlessLearner, type HeadlessLearner } from '../../client-sdk/src/headless.ts';
import type { CheatCase } from './case.ts';
import { pause, type Seat } from './stage.ts';

const PLAYING = STATE.playing;

interface Forger {
  readonly learner: HeadlessLearner;
  readonly welcome: Welcome;
}

async function open(seat: Seat, onDirective: (directive: Directive) => void): Promise<Forger> {
  const { regulator, url } = seat;
  const learner = createHeadlessLearner({
    endpoint: url,
    getTicket: async () => ((await regulator.ticket(seat.learner, 'lesson-1')).body as TicketIssued).ticket,
    onDirective,
  });
  const welcome = await learner.start();
  return { learner, welcome };
}

const opening = (t: number): LearningEvent => ({
  e: 'open',
  t,
  m: 0,
  s: 0,
  d: 64_008,
  build: 'zhenxue-js/0.1.0',
});

/** A minute of playing, claimed within a second. */
const burst: CheatCase = {
  name: 'forged batches: a burst',
  expected: { rule: 'fast-forward', kinds: ['clock-ahead'], severity: 'violation' },
  async run(seat) {
    const { learner } = await open(seat, () => undefined);
    learner.emit(opening(0));
    for (let t = 0; t <= 60_000; t += 5_000)
      learner.emit({ e: t === 0 ? 'play' : 'beat', t, m: t, s: PLAYING });
    const to = Date.now();
    await learner.flush();
    await learner.stop();
    return { from: null, to };
  },
};

/** One word: finished. */
const finished: CheatCase = {
  name: 'forged batches: one "finished"',
  expected: { rule: 'fast-forward', kinds: ['end-claimed', 'seek-forward'], severity: 'violation' },
  async run(seat) {
    const { learner } = await open(seat, () => undefined);
    learner.emit(opening(0));
    learner.emit({ e: 'play', t: 100, m: 0, s: PLAYING });
    learner.emit({ e: 'ended', t: 600, m: 64_000, s: STATE.ended });
    const from = Date.now();
    await pause(2_500);
    learner.emit({ e: 'beat', t: 2_600, m: 64_000, s: STATE.ended });
    await learner.flush();
    await learner.stop();
    return { from, to: null };
  },
};

/** Paced at 1x, popups ignored. */
const paced: CheatCase = {
  name: 'forged batches: paced at 1x, popups unanswered',
  expected: { rule: 'popup-interval', kinds: ['popup-suppressed'], severity: 'violation' },
  async run(seat) {
    let askedAt: number | null = null;
    const { learner } = await open(seat, (directive) => {
      if (directive.kind === 'popup') askedAt ??= Date.now();
    });
    const origin = performance.now();
    learner.emit(opening(0));
    learner.emit({ e: 'play', t: 0, m: 0, s: PLAYING });
    for (let beat = 0; beat < 44; beat += 1) {
      await pause(1_000);
      const t = Math.round(performance.now() - origin);
      learner.emit({ e: 'beat', t, m: t, s: PLAYING });
    }
    await learner.flush();
    await learner.stop();
    return { from: askedAt === null ? null : askedAt + 12_000, to: null };
  },
};

/** Paced at 1x; everything that a program can answer is answered at once, but there is no camera and nobody in front of it. */
const answered: CheatCase = {
  name: 'forged batches: paced at 1x, popups answered by program',
  expected: { rule: 'answer-pattern', kinds: ['answers-inhuman', 'answers-unshown'], severity: 'hint' },
  async run(seat) {
    const origin = performance.now();
    const t = (): number => Math.round(performance.now() - origin);
    const sample = () => ({ t: t(), m: Math.min(64_000, t()), s: PLAYING });
    const { learner } = await open(seat, (directive) => {
      if (directive.kind !== 'popup') return;
      const { challenge, id } = directive;
      learner.emit({ e: 'popup.shown', id, ...sample() });
      const a = challenge.type === 'press' ? 'ok' : String(challenge.a + challenge.b);
      learner.emit({ e: 'popup.answer', id, a, ...sample() });
    });
    learner.emit(opening(0));
    learner.emit({ e: 'play', ...sample() });
    while (t() < 62_000) {
      await pause(1_000);
      learner.emit({ e: 'beat', ...sample() });
    }
    await learner.flush();
    await learner.stop();
    return { from: null, to: null };
  },
};

/** Everything that goes straight to the socket. */
export const FORGED: readonly CheatCase[] = [burst, finished, paced, answered];
