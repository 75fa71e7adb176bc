/** One run of a monitor, from `start()` to `stop()`: clock, session lock, sitting and watch. */
import type { Directive, LivenessPrompt, Welcome } from '@zhenxue/protocol';
import type { CameraCheck } from '../camera/self-test.ts';
import type { ConnectionState } from '../core/connection.ts';
import type { Emitter } from '../core/emitter.ts';
import { MonitorError } from '../core/errors.ts';
import { createSitting, type Sitting, type SittingEvents } from '../core/sitting.ts';
import { holdSession } from '../effects/session-lock.ts';
import { type EvidenceClock, startWorkerClock } from '../effects/worker-clock.ts';
import type { Lang } from '../screen/texts.ts';
import { KNOCK_CHANNEL } from '../signals/tabs/tabs.ts';
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

/** Lets the page that has the sitting know that another one asked for it. */
function knock(): void {
  if (typeof BroadcastChannel !== 'function') return;
  const channel = new BroadcastChannel(KNOCK_CHANNEL);
  channel.postMessage(0);
  channel.close();
}

/** A run. */
export interface Run {
  start(): Promise<void>;
  stop(): Promise<void>;
  connection(): ConnectionState;
  /** @throws MonitorError `stopped` when no sitting is open */
  prepareCamera(): Promise<CameraCheck | null>;
}

class LiveRun implements Run {
  readonly #given: RunOptions;
  readonly #sitting: Sitting;
  #state: MonitorEvents['state'] = { connection: 'idle', session: '', storage: 'persistent' };
  #release: (() => void) | null = null;
  #heldSession = '';
  #clock: EvidenceClock | null = null;
  #watch: Watch | null = null;
  #videoMs = 0;
  readonly #prompts = new Set<(prompt: LivenessPrompt) => void>();
  #stopped = false;
  /** Directives that came before the watch was up. */
  #early: Directive[] = [];

  constructor(given: RunOptions) {
    this.#given = given;
    const { effects, options } = given;
    this.#sitting = createSitting({
      ...effects,
      getTicket: options.getTicket,
      store: effects.openStore(),
      admit: (session) => this.#admit(session),
      on: this.#listeners(),
    });
  }

  start = async (): Promise<void> => {
    const { effects } = this.#given;
    const loading = loadScreen();
    loading.catch(() => undefined);
    try {
      const clock = await startWorkerClock(effects.createWorker, effects.schedule);
      this.#clock = clock;
      if (this.#stopped) throw new MonitorError('stopped');
      const [welcome, screen] = await Promise.all([this.#sitting.start(), loading]);
      const welcomedAt = await new Promise<number>((resolve) => clock.ask(resolve));
      if (this.#stopped) throw new MonitorError('stopped');
      this.#begin(welcome, clock, welcomedAt, screen);
    } catch (cause) {
      await this.stop();
      this.#clock?.stop();
      throw cause instanceof MonitorError ? cause : new MonitorError('internal', cause);
    }
  };

  stop = async (): Promise<void> => {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#listen('removeEventListener');
    this.#watch?.leave();
    this.#watch?.stop();
    this.#watch = null;
    await this.#sitting.stop();
    this.#clock?.stop();
    this.#release?.();
  };

  prepareCamera = (): Promise<CameraCheck | null> =>
    this.#watch?.prepareCamera() ?? Promise.reject(new MonitorError('stopped'));

  connection = (): ConnectionState => this.#state.connection;

  #tell(change: Partial<MonitorEvents['state']>): void {
    this.#state = { ...this.#state, ...change };
    this.#given.emitter.emit('state', this.#state);
  }

  async #admit(session: string): Promise<boolean> {
    if (this.#heldSession === session) return true;
    this.#release?.();
    this.#release = await holdSession(session, this.#given.effects.schedule);
    this.#heldSession = this.#release === null ? '' : session;
    if (this.#release === null) knock();
    if (this.#stopped) this.#release?.();
    return this.#release !== null;
  }

  #directive(asked: Directive): void {
    const { emitter } = this.#given;
    if (this.#watch === null) this.#early.push(asked);
    else this.#watch.directive(asked);
    emitter.emit('directive', asked);
    if (asked.kind !== 'end') return;
    emitter.emit('end', { reason: asked.reason, message: asked.message });
    void this.stop().then(this.#given.over);
  }

  #listeners(): SittingEvents {
    const { emitter, over } = this.#given;
    const credit = (from: { readonly creditedMs: number; readonly furthestMs: number }): void => {
      const { creditedMs, furthestMs } = from;
      this.#watch?.covered(furthestMs);
      emitter.emit('credit', { creditedMs, furthestMs, videoMs: this.#videoMs });
    };
    return {
      state: (connection) => {
        this.#tell({ connection });
        if (connection === 'waiting' || connection === 'connecting') this.#watch?.offline();
      },
      welcome: (welcome, first) => {
        this.#videoMs = welcome.videoMs;
        credit(welcome);
        if (!first) this.#watch?.online(welcome);
      },
      directive: (asked) => this.#directive(asked),
      prompt: (prompt) => {
        for (const told of [...this.#prompts]) told(prompt);
      },
      durable: credit,
      storageFailed: () => this.#tell({ storage: 'memory' }),
      warned: (error) => emitter.emit('error', error),
      failed: (error) => {
        emitter.emit('error', error);
        void this.stop().then(over);
      },
    };
  }

  #begin(welcome: Welcome, clock: EvidenceClock, welcomedAt: number, { openScreen }: ScreenPart): void {
    const { emitter } = this.#given;
    const { record, photo, call } = this.#sitting;
    const failed = (cause: unknown): void => emitter.emit('error', new MonitorError('internal', cause));
    this.#tell({ session: welcome.session });
    const watch = startWatch({
      ...this.#given,
      clock,
      welcomedAt,
      welcome,
      openScreen,
      emit: record,
      call,
      onPrompt: (told) => {
        this.#prompts.add(told);
        return () => this.#prompts.delete(told);
      },
      upload: (id, h, bytes) => void photo(id, h, bytes).catch(failed),
    });
    this.#watch = watch;
    const held = this.#early;
    this.#early = [];
    for (const asked of held) watch.directive(asked);
    this.#listen('addEventListener');
  }

  readonly #pageHide = (): void => {
    this.#watch?.leave();
    this.#sitting.closing();
  };
  /** On a phone this can be the last that a page hears. */
  readonly #hidden = (): void => this.#sitting.closing();
  readonly #online = (): void => this.#sitting.nudge();

  #listen(method: 'addEventListener' | 'removeEventListener'): void {
    window[method]('pagehide', this.#pageHide);
    window[method]('online', this.#online);
    this.#given.options.video.ownerDocument[method]('visibilitychange', this.#hidden);
  }
}

/** Prepares a run; `start` begins. */
export function createRun(given: RunOptions): Run {
  return new LiveRun(given);
}
