/** Our own attack primitives: scripts that run before the SDK, as a user-script manager or an unpacked extension would run them. */

/** Nobody can pause the video, so the guard cannot either. */
export const NO_PAUSE = `HTMLMediaElement.prototype.pause = function pause() {};`;

/** Only `cheat.rate(r)` sets the rate; what the accessors answer is up to the two lies. */
function rateTools(lie: string): string {
  return `{
  const own = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'playbackRate');
  const video = () => document.querySelector('video');
  window.cheat = { ...window.cheat, rate: (r) => own.set.call(video(), r) };
  ${lie}
}`;
}

/** The element's own property says 1; nobody else can set the rate. */
export const RATE_ELEMENT_LIE = rateTools(`
  Object.defineProperty(HTMLMediaElement.prototype, 'playbackRate', { ...own, set() {} });
  document.addEventListener('play', (event) => {
    Object.defineProperty(event.target, 'playbackRate', { configurable: true, get: () => 1, set() {} });
  }, true);
`);

/** The prototype's accessor says 1, for everybody. */
export const RATE_PROTOTYPE_LIE = rateTools(`
  Object.defineProperty(HTMLMediaElement.prototype, 'playbackRate', { ...own, get: () => 1, set() {} });
`);

/** The position lies too: it advances at 1x whatever is presented. */
export const POSITION_LIE = `${RATE_PROTOTYPE_LIE}{
  const own = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'currentTime');
  let base = null;
  Object.defineProperty(HTMLMediaElement.prototype, 'currentTime', {
    ...own,
    get() {
      const real = own.get.call(this);
      if (base === null) return real;
      return base.at + (performance.now() - base.now) / 1000;
    },
    set() {},
  });
  const { rate } = window.cheat;
  window.cheat.rate = (r) => {
    base = { at: own.get.call(document.querySelector('video')), now: performance.now() };
    rate(r);
  };
}`;

/** All clocks and timers of the main thread run four times as fast. */
export const FAST_TIMERS = `{
  const date = Date.now.bind(Date), now = performance.now.bind(performance), at = date(), from = now();
  Date.now = () => at + (date() - at) * 4;
  performance.now = () => from + (now() - from) * 4;
  const { setTimeout: later, setInterval: often } = window;
  window.setTimeout = (task, ms, ...rest) => later(task, ms / 4, ...rest);
  window.setInterval = (task, ms, ...rest) => often(task, ms / 4, ...rest);
}`;

/** The page always says that it is visible and focused: own properties of the document. */
export const VISIBLE_BY_PROPERTY = `
  Object.defineProperty(document, 'hidden', { get: () => false });
  Object.defineProperty(document, 'visibilityState', { get: () => 'visible' });
  document.hasFocus = () => true;
`;

/** The same by the prototype, with the events swallowed. */
export const VISIBLE_BY_PROTOTYPE = `
  Object.defineProperty(Document.prototype, 'hidden', { get: () => false });
  Object.defineProperty(Document.prototype, 'visibilityState', { get: () => 'visible' });
  Document.prototype.hasFocus = () => true;
  for (const type of ['visibilitychange', 'blur', 'focus', 'pagehide'])
    window.addEventListener(type, (event) => event.stopImmediatePropagation(), true);
`;

/** Only the events are swallowed; the properties tell the truth. */
export const VISIBLE_BY_SILENCE = `
  for (const type of ['visibilitychange', 'blur', 'focus'])
    window.addEventListener(type, (event) => event.stopImmediatePropagation(), true);
`;

/** The browser's own record is silenced as well. */
export const NO_RECORD = `
  PerformanceObserver.prototype.observe = function observe() {};
  PerformanceObserver.prototype.takeRecords = () => [];
`;

/** Popups are pressed by a script as soon as they come: closed roots are opened, clicks dispatched. */
export const AUTO_CLICK = `{
  const attach = Element.prototype.attachShadow;
  const roots = [];
  Element.prototype.attachShadow = function attachShadow(init) {
    const root = attach.call(this, init);
    roots.push(root);
    return root;
  };
  setInterval(() => {
    for (const root of roots) for (const button of root.querySelectorAll('button')) button.click();
  }, 400);
}`;

/** The same with events that say that they are trusted: a Proxy around each, handed to the listeners. */
export const PROXY_CLICK = `{
  const listen = EventTarget.prototype.addEventListener;
  const told = [];
  EventTarget.prototype.addEventListener = function addEventListener(type, listener, options) {
    if (type === 'click' && this instanceof HTMLButtonElement) told.push([this, listener]);
    return listen.call(this, type, listener, options);
  };
  const trusted = (event) => new Proxy(event, {
    get: (real, key) => (key === 'isTrusted' ? true : Reflect.get(real, key, real)),
  });
  setInterval(() => {
    for (const [button, listener] of told)
      if (button.getRootNode() instanceof ShadowRoot && typeof listener === 'function')
        listener.call(button, trusted(new MouseEvent('click', { bubbles: true, composed: true })));
  }, 400);
}`;

/** Whatever is put above the player is taken out at once. */
export const POPUPS_REMOVED = `
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes)
      if (node instanceof HTMLElement && node.matches('div[popover]')) node.remove();
  }).observe(document, { childList: true, subtree: true });
`;

/** Whatever is put above the player is covered at once, again and again. */
export const POPUPS_COVERED = `
  setInterval(() => {
    if (document.querySelector('div[popover]:not(#cover)') === null) return;
    document.getElementById('cover')?.remove();
    const cover = document.createElement('div');
    cover.id = 'cover';
    cover.setAttribute('style', 'position:fixed;inset:0;width:100vw;height:100vh;margin:0;border:0;background:#123');
    cover.setAttribute('popover', 'manual');
    document.body.append(cover);
    cover.showPopover();
  }, 200);
`;

/** Nobody but `cheat.seek(s)` can move the position. */
export const SEEK_DEFEATED = `{
  const own = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'currentTime');
  window.cheat = { ...window.cheat, seek: (s) => own.set.call(document.querySelector('video'), s) };
  Object.defineProperty(HTMLMediaElement.prototype, 'currentTime', { ...own, set() {} });
}`;

/** A canvas in place of the camera. */
export const CANVAS_CAMERA = `
  MediaDevices.prototype.getUserMedia = async function getUserMedia() {
    const canvas = document.createElement('canvas');
    canvas.width = 640;
    canvas.height = 480;
    const pen = canvas.getContext('2d');
    setInterval(() => {
      pen.fillStyle = 'hsl(' + (performance.now() / 20) % 360 + ' 60% 50%)';
      pen.fillRect(0, 0, 640, 480);
    }, 100);
    return canvas.captureStream(10);
  };
`;

/** The wall clock jumps by an hour and a half after eight seconds, as NTP or a person may set it. */
export const CLOCK_SET = `{
  const date = Date.now.bind(Date), at = date();
  Date.now = () => date() + (date() - at > 8000 ? 5_400_000 : 0);
}`;
