/** What happens to honest learners. None of it may ever look like fraud; some of it costs class time. */
import { STATE } from '@zhenxue/protocol';
import type { Behaviour, Learner } from './learner.ts';

const MINUTE = 60_000;

/** Something that happens now and then. */
interface Incident {
  readonly name: string;
  /** Whether a learner to whom it happens must still complete the lesson. */
  readonly harmless: boolean;
  /** Prepares the machine, before the first page. */
  shape?(learner: Learner): void;
  /** Happens again and again. */
  happen?(learner: Learner): void;
  /** Milliseconds between two times, on average. */
  readonly everyMs?: number;
}

const play = (learner: Learner, ms: number) => learner.onPage(ms, (page) => page.play());

/** Everything that happens to the page, the machine and the network. */
export const INCIDENTS: readonly Incident[] = [
  {
    name: 'stall',
    harmless: true,
    everyMs: 3 * MINUTE,
    happen: (learner) => learner.page?.stall(learner.chance.int(300, 12_000)),
  },
  {
    name: 'notification',
    harmless: true,
    everyMs: 2 * MINUTE,
    happen(learner) {
      learner.page?.flag(STATE.unfocused, true, 'focus');
      const ms = learner.chance.int(400, 14_000);
      learner.onPage(ms, (page) => page.flag(STATE.unfocused, false, 'focus'));
      play(learner, ms + 300);
    },
  },
  {
    name: 'hidden for a moment',
    harmless: true,
    everyMs: 4 * MINUTE,
    happen(learner) {
      learner.page?.flag(STATE.hidden, true, 'visibility');
      const ms = learner.chance.int(400, 25_000);
      learner.onPage(ms, (page) => page.flag(STATE.hidden, false, 'visibility'));
      play(learner, ms + 500);
    },
  },
  {
    name: 'rewind',
    harmless: true,
    everyMs: 4 * MINUTE,
    happen(learner) {
      const { page } = learner;
      if (page === null) return;
      const from = page.position();
      page.seek(Math.max(0, from - learner.chance.int(5_000, 60_000)));
      learner.onPage(learner.chance.int(2_000, 50_000), (now) => {
        if (now.position() < from && learner.chance.happens(0.6)) now.seek(from);
      });
    },
  },
  {
    name: 'pause',
    harmless: true,
    everyMs: 4 * MINUTE,
    happen(learner) {
      learner.page?.pause();
      play(learner, learner.chance.int(1_000, 90_000));
    },
  },
  {
    name: 'slow playback',
    harmless: true,
    everyMs: 6 * MINUTE,
    happen(learner) {
      learner.page?.setRate(learner.chance.pick([0.5, 0.75, 0.9]), true);
      learner.onPage(learner.chance.int(10_000, 60_000), (page) => page.setRate(1, true));
    },
  },
  {
    name: 'tries the speed menu',
    harmless: true,
    everyMs: 6 * MINUTE,
    happen: (learner) => learner.page?.setRate(learner.chance.pick([1.25, 1.5, 2]), true),
  },
  {
    name: 'drags the slider forward',
    harmless: true,
    everyMs: 6 * MINUTE,
    happen(learner) {
      const { page } = learner;
      if (page?.media.playing) page.seek(page.position() + learner.chance.int(5_000, 120_000));
    },
  },
  {
    name: 'slow machine',
    harmless: true,
    shape(learner) {
      learner.machine.lateMs = learner.chance.int(50, 400);
    },
    everyMs: 3 * MINUTE,
    happen: (learner) => learner.page?.freeze(learner.chance.int(200, 12_000)),
  },
  {
    name: 'hung page',
    harmless: false,
    everyMs: 4 * MINUTE,
    happen(learner) {
      const { page } = learner;
      // Often at the worst moment: just when the page went out of sight, or with a question on it.
      if (page !== null && learner.chance.happens(0.5)) page.flag(STATE.hidden, true, 'visibility');
      const ms = learner.chance.int(1_000, 60_000);
      learner.onPage(ms + learner.chance.int(0, 3_000), (now) => {
        now.flag(STATE.hidden, false, 'visibility');
        play(learner, 800);
      });
      page?.freeze(ms);
    },
  },
  {
    name: 'hangs over a question',
    harmless: false,
    shape(learner) {
      // Until the answer would be due, and past it.
      learner.habits.popupAfterMs = () => {
        if (learner.chance.happens(0.4)) learner.page?.freeze(learner.chance.int(20_000, 90_000));
        return learner.chance.int(2_000, 40_000);
      };
    },
  },
  {
    name: 'rate-limited',
    harmless: false,
    shape(learner) {
      learner.wire.batchesPerMinute = learner.chance.int(13, 25);
    },
  },
  {
    name: 'handshakes refused',
    harmless: false,
    everyMs: 6 * MINUTE,
    happen(learner) {
      learner.wire.drop(learner.chance.int(0, 3_000));
      learner.wire.handshakesRefusedUntil = learner.now + learner.chance.int(2_000, 60_000);
    },
  },
  {
    name: 'lossy network',
    harmless: true,
    everyMs: 3 * MINUTE,
    happen: (learner) => learner.wire.outage(learner.chance.int(500, 15_000)),
  },
  {
    name: 'dropped connections',
    harmless: true,
    everyMs: 4 * MINUTE,
    happen: (learner) => learner.wire.drop(learner.chance.int(0, 12_000)),
  },
  {
    name: 'half-open connection',
    harmless: false,
    everyMs: 8 * MINUTE,
    happen: (learner) => learner.wire.drop(45_000),
  },
  {
    name: 'offline minutes',
    harmless: false,
    everyMs: 8 * MINUTE,
    happen: (learner) => learner.wire.outage(learner.chance.int(20_000, 4 * MINUTE)),
  },
  {
    name: 'sleep',
    harmless: false,
    everyMs: 10 * MINUTE,
    happen(learner) {
      const ms = learner.chance.int(5_000, 20 * MINUTE);
      learner.page?.sleep(ms);
      learner.wire.outage(ms);
    },
  },
  {
    name: 'reload',
    harmless: true,
    everyMs: 6 * MINUTE,
    happen: (learner) => learner.reload(true, learner.chance.int(500, 30_000)),
  },
  {
    name: 'tab discarded',
    harmless: true,
    everyMs: 8 * MINUTE,
    happen: (learner) => learner.reload(false, learner.chance.int(1_000, 10 * MINUTE)),
  },
  {
    name: 'clock set',
    harmless: true,
    everyMs: 5 * MINUTE,
    happen(learner) {
      learner.machine.wallOffsetMs += learner.chance.int(-3 * 3_600_000, 3 * 3_600_000);
    },
  },
  {
    name: 'slow answers',
    harmless: true,
    shape(learner) {
      learner.habits.popupAfterMs = () => learner.chance.int(8_000, 42_000);
      learner.habits.wrongFirst = () => learner.chance.int(0, 2);
    },
  },
  {
    name: 'away from the keyboard',
    harmless: false,
    shape(learner) {
      learner.habits.popupAfterMs = () =>
        learner.chance.happens(0.3)
          ? learner.chance.int(40_000, 5 * MINUTE)
          : learner.chance.int(2_000, 20_000);
    },
  },
  {
    name: 'camera fails and recovers',
    harmless: false,
    shape(learner) {
      learner.habits.camera = () => (learner.chance.happens(0.6) ? 'fails' : 'works');
    },
  },
  {
    name: 'no camera',
    harmless: false,
    shape(learner) {
      learner.habits.camera = () => 'fails';
    },
  },
  {
    name: 'poor light',
    harmless: false,
    shape(learner) {
      const faces = ['too-dark', 'too-dark', 'too-far', 'no-face', 'several-faces'] as const;
      learner.habits.challenge = () => (learner.chance.happens(0.1) ? 'unplugged' : 'answered');
      learner.habits.face = () => (learner.chance.happens(0.6) ? learner.chance.pick(faces) : 'passed');
    },
  },
  {
    name: 'one bad frame',
    harmless: true,
    shape(learner) {
      let bad = 0;
      learner.habits.face = () => {
        bad = bad < 2 && learner.chance.happens(0.5) ? bad + 1 : 0;
        return bad > 0 ? learner.chance.pick(['other-person', 'spoof'] as const) : 'passed';
      };
    },
  },
  {
    name: 'camera refused',
    harmless: false,
    shape(learner) {
      learner.habits.camera = () => 'fails';
      learner.habits.challenge = () => learner.chance.pick(['answered', 'unplugged'] as const);
      learner.habits.face = () => learner.chance.pick(['declined', 'no-camera'] as const);
    },
  },
  {
    name: 'no challenge answered',
    harmless: false,
    shape(learner) {
      learner.habits.challenge = () => (learner.chance.happens(0.5) ? 'silent' : 'answered');
    },
  },
  {
    name: 'late first batch',
    harmless: true,
    shape(learner) {
      learner.wire.firstDelayMs = learner.chance.int(2_000, 15_000);
    },
  },
  {
    name: 'fast crystal',
    harmless: true,
    shape(learner) {
      learner.machine.clockSpeed = 1 + 50 / 1_000_000;
    },
  },
  {
    name: 'gives up',
    harmless: false,
    shape(learner) {
      learner.after(learner.chance.int(MINUTE, 15 * MINUTE), () => learner.finish());
    },
  },
];

function repeat(learner: Learner, incident: Incident): void {
  const { everyMs, happen } = incident;
  if (everyMs === undefined || happen === undefined) return;
  const wait = Math.floor(everyMs * (0.2 + 1.6 * learner.chance.unit()));
  learner.after(wait, () => {
    if (learner.page?.welcome != null && learner.now >= learner.page.host.pausedUntil) happen(learner);
    repeat(learner, incident);
  });
}

/** An honest learner to whom a few kinds of things happen. */
export function honest(incidents: readonly Incident[]): Behaviour {
  return {
    name: incidents.length === 0 ? 'plain' : incidents.map((incident) => incident.name).join(' + '),
    honest: true,
    mustComplete: incidents.every((incident) => incident.harmless),
    guarded: true,
    shape(learner) {
      for (const incident of incidents) incident.shape?.(learner);
    },
    begin(learner) {
      for (const incident of incidents) repeat(learner, incident);
    },
  };
}
