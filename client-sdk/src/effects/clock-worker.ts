/** The evidence clock's Worker as a file of its own (`zhenxue-clock.js`), for pages whose policy forbids Workers from `blob:`. */
import { TICK_MS } from './clock-pace.ts';

addEventListener('message', ({ data }: MessageEvent<number>) => postMessage([data, performance.now()]));
setInterval(() => postMessage([0, performance.now()]), TICK_MS);
