/** One run of a monitor, from `start()` to `stop()`: clock, session lock, sitting and watch. */
import type { Directive, Welcome } from '@zhenxue/protocol';
import type { Emitter } from '../core/emitter.ts';
import { MonitorError } from '../core/errors.ts';
import { createSitting, type Sitting, type SittingEvents } from '../core/sitting.ts';
import { holdSession } from '../effects/session-lock.ts';
import { type EvidenceClock, startWorkerClock } from '../effects/worker-clock.ts';
import type { Lang } from '../screen/texts.ts';
import type { MonitorEffects, MonitorEvents, MonitorOptions } from './options.ts';
import { startWatch, type Watch } from './watch.ts';

/** What a run needs. */
export interface RunOptions {
  readonly options: MonitorOptions;
  readonly effects: MonitorEffects;
  readonly lang: Lang;
  readonly emitter: Emitter<MonitorEvents>;
  /** Called once when the run is over by itself: ended by the server or failed. */
  readonly over: () => void;
}

type ScreenPart = typeof import('../screen/screen.ts');

/** Fetches what the learner sees, beside everything else that a start does. */
function loadScreen(): Promise<ScreenPart> {
  return import('../screen/screen.ts').catch((cause: unknown) => {
    throw new MonitorError('unreachable', cause);
  });
}

/** A run. */
export interface Run {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Prepares a run; `start` begins. */
export function createRun(given: RunOptions): Run {
  const { options, effects, emitter } = given;
  let state: MonitorEvents['state'] = { connection: 'idle', session: '', storage: 'persistent' };
  let release: (() => void) | null = null;
  let heldSession = '';
  let clock: EvidenceClock | null = null;
  let watch: Watch | null = null;
  let videoMs = 0;
  let stopped = false;
  /** Directives that came before the watch was up. */
  let early: Directive[] = [];

  function tell(change: Partial<MonitorEvents['state']>): void {
    state = { ...state, ...change };
    emitter.emit('state', state);
  }

  async function admit(session: string): Promise<boolean> {
    if (heldSession === session) return true;
    release?.();
    release = await holdSession(session, effects.schedule);
    heldSession = release === null ? '' : session;
    if (stopped) release?.();
    return release !== null;
  }

  function directive(asked: Directive): void {
    if (watch === null) early.push(asked);
    else watch.directive(asked);
    emitter.emit('directive', asked);
    if (asked.kind !== 'end') return;
    emitter.emit('end', { reason: asked.reason, message: asked.message });
    void stop().then(given.over);
  }

  const on: SittingEvents = {
    state(connection) {
      tell({ connection });
      if (connection === 'waiting' || connection === 'connecting') watch?.offline();
    },
    welcome(welcome, first) {
      videoMs = welcome.videoMs;
      const { creditedMs, furthestMs } = welcome;
      emitter.emit('credit', { creditedMs, furthestMs, videoMs });
      if (!first) watch?.online(welcome);
    },
    directive,
    durable({ creditedMs, furthestMs }) {
      watch?.covered(furthestMs);
      emitter.emit('credit', { creditedMs, furthestMs, videoMs });
    },
    storageFailed: () => tell({ storage: 'memory' }),
    warned: (error) => emitter.emit('error', error),
    failed(error) {
      emitter.emit('error', error);
      void stop().then(given.over);
    },
  };
  const sitting: Sitting = createSitting({
    ...effects,
    getTicket: options.getTicket,
    store: effects.openStore(),
    admit,
    on,
  });

  function begin(
    welcome: Welcome,
    running: EvidenceClock,
    welcomedAt: number,
    { openScreen }: ScreenPart,
  ): void {
    tell({ session: welcome.session });
    watch = startWatch({
      ...given,
      clock: running,
      welcomedAt,
      welcome,
      openScreen,
      emit: sitting.record,
      upload: (id, h, bytes) =>
        void sitting.photo(id, h, bytes).catch((cause: unknown) => {
          emitter.emit('error', new MonitorError('internal', cause));
        }),
    });
    const held = early;
    early = [];
    for (const asked of held) watch.directive(asked);
  }

  const pageHide = (): void => {
    watch?.leave();
    sitting.closing();
  };
  const hidden = (): void => sitting.hurry();
  const online = (): void => sitting.nudge();

  function listen(attach: boolean): void {
    const doc = options.video.ownerDocument;
    const method = attach ? 'addEventListener' : 'removeEventListener';
    window[method]('pagehide', pageHide);
    window[method]('online', online);
    doc[method]('visibilitychange', hidden);
  }

  async function stop(): Promise<void> {
    if (stopped) return;
    stopped = true;
    listen(false);
    watch?.leave();
    watch?.stop();
    watch = null;
    await sitting.stop();
    clock?.stop();
    release?.();
  }

  return {
    async start() {
      const loading = loadScreen();
      loading.catch(() => undefined);
      try {
        clock = await startWorkerClock(effects.createWorker, effects.schedule);
        if (stopped) throw new MonitorError('stopped');
        const running = clock;
        const [welcome, screen] = await Promise.all([sitting.start(), loading]);
        const welcomedAt = await new Promise<number>((resolve) => running.ask(resolve));
        if (stopped) throw new MonitorError('stopped');
        begin(welcome, running, welcomedAt, screen);
        listen(true);
      } catch (cause) {
        await stop();
        clock?.stop();
        throw cause instanceof MonitorError ? cause : new MonitorError('internal', cause);
      }
    },
    stop,
  };
}
