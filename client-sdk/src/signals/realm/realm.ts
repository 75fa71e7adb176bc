import type { Signal } from '../signal.ts';
import { witnessed } from '../witnessed.ts';

/** Ticks between two looks. */
const LOOK_TICKS = 20;

/** Browser functions on which readings rest, in the order of the report's bits. */
function watchedFunctions(): readonly (readonly [name: string, read: () => unknown])[] {
  const getter = (proto: object, name: string) => () => Object.getOwnPropertyDescriptor(proto, name)?.get;
  const media = HTMLMediaElement.prototype;
  const doc = Document.prototype;
  return [
    ['playbackRate', getter(media, 'playbackRate')],
    ['currentTime', getter(media, 'currentTime')],
    ['paused', getter(media, 'paused')],
    ['ended', getter(media, 'ended')],
    ['played', getter(media, 'played')],
    ['pause', () => media.pause],
    ['hidden', getter(doc, 'hidden')],
    ['visibilityState', getter(doc, 'visibilityState')],
    ['hasFocus', () => doc.hasFocus],
    ['now', () => performance.now],
    ['now', () => Date.now],
    ['postMessage', () => Worker.prototype.postMessage],
    ['send', () => WebSocket.prototype.send],
    ['getUserMedia', () => globalThis.MediaDevices?.prototype.getUserMedia],
  ];
}

/** Whether a function looks like the browser's own: its source says so by name. A Proxy or a bound function has lost the name. */
function isNative(fn: unknown, name: string, print: () => string): boolean {
  if (typeof fn !== 'function') return fn === undefined;
  const text = print.call(fn);
  return text.includes('[native code]') && new RegExp(`\\b${name}\\b`).test(text) && fn.name.endsWith(name);
}

/** Functions of the browser that were replaced before the SDK came, or after. */
export const realmSignal: Signal = (ctx) => {
  const print = Function.prototype.toString;
  const tell = witnessed(ctx, 'realm', [0, 0]);
  const watched = watchedFunctions().map(([name, read]) => ({ name, read, first: read() }));
  let ticks = 0;
  const stopTicks = ctx.onTick(() => {
    ticks += 1;
    if (ticks % LOOK_TICKS !== 1) return;
    const replaced = watched.reduce((bits, { name, read, first }, index) => {
      const fn = read();
      return fn === first && isNative(fn, name, print) ? bits : bits | (1 << index);
    }, 0);
    // Own properties of the document lie over the prototype's.
    const laidOver = ['hidden', 'visibilityState', 'hasFocus'].some((name) =>
      Object.hasOwn(ctx.player.video.ownerDocument, name),
    );
    tell(0, laidOver ? replaced | (1 << watched.length) : replaced);
  });
  return stopTicks;
};
