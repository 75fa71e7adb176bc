/** The embedding page of the SDK's browser tests: one video, one monitor, everything that it told in `window.told`. */

/** The page's HTML. `lang`, `guard`, `consent`, `dir`, `scheme`, `headless` and `plain` come from its query. */
export const SDK_PAGE = `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>lesson</title>
<style>body{margin:0;font-family:sans-serif;background:#eef2f5}main{max-width:860px;margin:0 auto;padding:12px}
video{width:100%;aspect-ratio:16/9;background:#111;display:block;border-radius:8px}</style>
<main>
<h1>安全生产培训 Safety at work</h1>
<video id="video" src="/clip.webm" controls preload="auto"></video>
<p><input id="note" placeholder="notes"> <button id="play">play</button></p>
</main>
<script type="module">
import { createMonitor } from '/sdk/zhenxue.mjs';
const query = new URLSearchParams(location.search);
const video = document.getElementById('video');
const told = [];
const getTicket = async () => {
  const answer = await fetch('/ticket', { method: 'POST' });
  const { ticket, session } = await answer.json();
  return query.has('plain') ? ticket : { ticket, session };
};
// Headless mode: the page draws popups and messages itself, in the open.
const render = {
  popup(popup) {
    const element = document.createElement('div');
    element.id = 'mine';
    element.style.cssText = 'position:fixed;left:40px;top:40px;width:260px;height:140px;background:#fff;z-index:9';
    element.innerHTML = '<p id="said"></p><button id="answer">here</button>';
    element.querySelector('button').onclick = (event) => popup.answer('ok', event);
    document.body.append(element);
    window.popup = popup;
    return { element, say: (text) => { element.firstChild.textContent = text; }, close: () => element.remove() };
  },
  notice: (text) => told.push({ type: 'notice', event: text }),
};
const make = () => {
  const monitor = createMonitor({
    endpoint: location.origin, getTicket, video,
    lang: query.get('lang') ?? 'zh-CN', guard: query.get('guard') ?? 'observe',
    consent: query.get('consent') === 'given' ? ['camera', 'comparison', 'evidence-photo'] : query.get('consent') ?? 'platform', ...(query.has('headless') ? { render } : {}),
  });
  for (const type of ['state', 'credit', 'directive', 'guard', 'error', 'end'])
    monitor.on(type, (event) => told.push({ type, event: type === 'error' ? { code: event.code } : event }));
  return monitor;
};
const ready = new Promise((resolve) => {
  if (video.readyState >= 2) resolve(); else video.addEventListener('loadeddata', () => resolve(), { once: true });
});
if (query.has('dir')) document.documentElement.dir = query.get('dir');
if (query.has('scheme')) document.documentElement.style.colorScheme = query.get('scheme');
document.getElementById('play').onclick = () => video.play();
const monitor = make();
Object.assign(window, { video, told, monitor, make, createMonitor });
window.started = ready.then(() => monitor.start()).then(() => 'open', (error) => error.code);
</script>
</html>`;
