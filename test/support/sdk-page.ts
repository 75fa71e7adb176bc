/** The embedding page of the SDK's browser tests: one video, one monitor, everything that it told in `window.told`. */

/** The page's HTML. `lang`, `guard` and `tickets=plain` come from its query. */
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
const make = () => {
  const monitor = createMonitor({
    endpoint: location.origin, getTicket, video,
    lang: query.get('lang') ?? 'zh-CN', guard: query.get('guard') ?? 'observe',
  });
  for (const type of ['state', 'credit', 'directive', 'guard', 'error', 'end'])
    monitor.on(type, (event) => told.push({ type, event: type === 'error' ? { code: event.code } : event }));
  return monitor;
};
const ready = new Promise((resolve) => {
  if (video.readyState >= 2) resolve(); else video.addEventListener('loadeddata', () => resolve(), { once: true });
});
document.getElementById('play').onclick = () => video.play();
const monitor = make();
Object.assign(window, { video, told, monitor, make });
window.started = ready.then(() => monitor.start()).then(() => 'open', (error) => error.code);
</script>
</html>`;
