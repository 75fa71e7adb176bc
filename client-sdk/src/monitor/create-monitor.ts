import type { CameraCheck } from '../camera/self-test.ts';
import { createEmitter } from '../core/emitter.ts';
import { MonitorError } from '../core/errors.ts';
import type { Diagnosis } from '../diagnose/diagnose.ts';
import { httpProbe } from '../effects/http-probe.ts';
import { createIdbStore } from '../effects/idb-store.ts';
import { timerSchedule } from '../effects/timer-schedule.ts';
import { webLinks } from '../effects/web-link.ts';
import { blobWorker } from '../effects/worker-clock.ts';
import type { Lang } from '../screen/texts.ts';
import type { MonitorEffects, MonitorEvents, MonitorOptions } from './options.ts';
import { createRun, type Run } from './run.ts';

/** Watches one video on one page. Several monitors may live side by side. */
export interface Monitor {
  /**
   * Opens (or resumes) the sitting; resolves once the server has welcomed it. Called again while running it gives the same promise.
   * @throws MonitorError with a code and a text for the learner in both languages.
   */
  start(): Promise<void>;
  /** Leaves the sitting: sends what is left, releases everything. The sitting can be resumed with `start`. */
  stop(): Promise<void>;
  /**
   * Asks for consent if that was not decided yet, then lets the learner test the camera: best right after `start()`, before playing.
   * Resolves with null when the camera was not agreed to. @throws MonitorError `stopped` when no sitting is open
   */
  prepareCamera(): Promise<CameraCheck | null>;
  /** Looks at what the SDK needs of this browser and page, running or not. Opens no camera. Never rejects but when it cannot be loaded. */
  diagnose(): Promise<Diagnosis>;
  /** Listens; returns its stop. */
  on<K extends keyof MonitorEvents>(type: K, listener: (event: MonitorEvents[K]) => void): () => void;
  /** Stops for good and forgets all listeners. */
  destroy(): Promise<void>;
}

function defaults(endpoint: string): MonitorEffects {
  return {
    createWorker: blobWorker,
    openStore: createIdbStore,
    openCamera: (constraints) => navigator.mediaDevices.getUserMedia(constraints),
    openLink: webLinks(endpoint),
    probe: httpProbe(endpoint),
    schedule: timerSchedule,
    random: Math.random,
    wallNow: Date.now,
  };
}

function languageOf(options: MonitorOptions): Lang {
  const wanted = options.lang ?? options.video.ownerDocument.documentElement.lang;
  return wanted.toLowerCase().startsWith('en') ? 'en' : 'zh-CN';
}

/**
 * Creates a monitor; nothing happens before `start()`.
 * @throws TypeError when the endpoint is not an absolute address or the video is not a video element.
 */
export function createMonitor(options: MonitorOptions): Monitor {
  if (!(options.video instanceof HTMLVideoElement))
    throw new TypeError('createMonitor: video: expected a <video> element');
  if (typeof options.getTicket !== 'function')
    throw new TypeError('createMonitor: getTicket: expected a function');
  if (!URL.canParse(options.endpoint))
    throw new TypeError(
      'createMonitor: endpoint: expected an absolute address, such as https://zhenxue.example',
    );
  const effects: MonitorEffects = { ...defaults(options.endpoint), ...options.effects };
  const emitter = createEmitter<MonitorEvents>();
  const lang = languageOf(options);
  let run: Run | null = null;
  let started: Promise<void> | null = null;
  let stopping: Promise<void> = Promise.resolve();
  let destroyed = false;

  async function begin(): Promise<void> {
    await stopping;
    if (destroyed) throw new MonitorError('destroyed');
    const mine = createRun({ options, effects, lang, emitter, over: () => forget(mine) });
    run = mine;
    try {
      await mine.start();
    } catch (error) {
      forget(mine);
      throw error;
    }
  }

  function forget(ended: Run): void {
    if (run !== ended) return;
    run = null;
    started = null;
  }

  function stop(): Promise<void> {
    const ended = run;
    run = null;
    started = null;
    if (ended !== null) stopping = ended.stop();
    return stopping;
  }

  return {
    start() {
      started ??= begin();
      return started;
    },
    stop,
    async diagnose() {
      const { diagnosePage } = await import('../diagnose/diagnose.ts');
      return diagnosePage({ ...effects, connection: run?.connection() ?? null });
    },
    prepareCamera: () => run?.prepareCamera() ?? Promise.reject(new MonitorError('stopped')),
    on: emitter.on,
    async destroy() {
      destroyed = true;
      await stop();
      emitter.clear();
    },
  };
}
