import type { Signal } from '../signal.ts';

/** The Worker's ms between two comparisons. */
const WINDOW_MS = 5_000;

/** A clock of the main thread may differ by this share (thousandths) and this many ms: it is read a moment earlier. */
const TOLERANCE = 100;
const TOLERANCE_MS = 250;

/** Windows in a row that must disagree: a clock that is set once (NTP, a person) jumps in one of them only. */
const WINDOWS_MIN = 2;

interface Reading {
  readonly now: number;
  readonly clocks: readonly number[];
}

/** The page's clocks: the wall, the monotonic one, and the document's timeline. */
function read(doc: Document): number[] {
  return [Date.now(), performance.now(), Number(doc.timeline.currentTime)];
}

/** Asks the audio hardware for its clock over the next window; silent, and closed as soon as it has answered. */
function openAudio(): AudioContext | null {
  try {
    return new AudioContext();
  } catch {
    return null;
  }
}

/**
 * The main thread's clocks beside the Worker's, told while they run at another speed. A hooked clock earns nothing, since no evidence
 * rests on it; that somebody hooks clocks is worth a look.
 */
export const clocksSignal: Signal = (ctx) => {
  const doc = ctx.player.video.ownerDocument;
  let before: Reading | null = null;
  let odd = 0;
  let told = false;
  let audio: AudioContext | null = null;
  let audioFrom = 0;

  function heardAudio(c: number, d: number): void {
    const seconds = audio?.state === 'running' ? audio.currentTime : 0;
    if (seconds > audioFrom)
      ctx.record({ e: 'witness', k: 'audio', c, v: Math.round((seconds - audioFrom) * 1000), d });
    void audio?.close();
    audio = null;
  }

  function compare(from: Reading, to: Reading): void {
    const d = Math.round(to.now - from.now);
    const passed = to.clocks.map((clock, index) => Math.round(clock - (from.clocks[index] ?? clock)));
    const off = (ms: number): number => Math.abs(ms - d);
    const worst = passed.reduce((odder, ms) => (off(ms) > off(odder) ? ms : odder), d);
    const disagrees = off(worst) > TOLERANCE_MS + (d * TOLERANCE) / 1000;
    const c = Math.max(0, worst);
    if (audio !== null) heardAudio(c, d);
    odd = disagrees ? odd + 1 : 0;
    if (odd < WINDOWS_MIN) return;
    ctx.record({ e: 'witness', k: 'clock', c, v: d, d });
    odd = 0;
    if (told) return;
    told = true;
    audio = openAudio();
    audioFrom = audio?.currentTime ?? 0;
  }

  let askedAt = 0;
  const stop = ctx.onTick((now) => {
    if (now - askedAt < WINDOW_MS) return;
    askedAt = now;
    // A hidden page is given no new frames, so its timeline stands still.
    const clocks = doc.hidden ? read(doc).slice(0, 2) : read(doc);
    ctx.ask((at) => {
      const reading = { now: at, clocks };
      if (before !== null && before.clocks.length === clocks.length) compare(before, reading);
      before = reading;
    });
  });
  return () => {
    stop();
    void audio?.close();
  };
};
