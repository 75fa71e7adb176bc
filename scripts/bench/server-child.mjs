/** The built server in a process of its own that tells its parent what it costs. Settings come from the environment. */
import { readConfig } from '../../server/dist/config/config.js';
import { startServer } from '../../server/dist/main.js';
import { serveParent } from './child.mjs';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const VIDEO_MS = 40 * 60_000;
/** Course and lesson that the load uses. */
const COURSE = 'bench-course';

const server = await startServer({ config: readConfig(process.env), log: SILENT });
await server.putPlatform({ id: 'bench-platform', name: 'Bench', listed: true });
const scopes = /** @type {const} */ (['tickets', 'courses', 'sessions:read']);
const key = await server.createKey({ label: 'bench', platform: 'bench-platform', scopes, mode: 'live' });
const body = JSON.stringify({ title: 'Bench', lessons: [{ id: 'lesson-1', title: '1', videoMs: VIDEO_MS }] });
const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
await fetch(`${server.url}/v1/courses/${COURSE}`, { method: 'PUT', headers, body });
serveParent({ url: server.url, key });
