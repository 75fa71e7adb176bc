/** The built server on MongoDB and Redis with a forty-minute lesson; tells its parent where it is. Settings: environment. */
import { readConfig } from '../../server/dist/config/config.js';
import { startServer } from '../../server/dist/main.js';

const VIDEO_MS = 40 * 60_000;
const SILENT = {
  info: () => undefined,
  warn: () => undefined,
  /** @param {string} event @param {unknown} fields */
  error: (event, fields) =>
    process.stderr.write(`${process.env.ZHENXUE_NODE}: ${event} ${JSON.stringify(fields)}\n`),
};

const onFatal = () => process.exit(3);
const server = await startServer({ config: readConfig(process.env), log: SILENT, onFatal });
await server.putPlatform({ id: 'school', name: 'School', listed: true });
const scopes = /** @type {const} */ (['tickets', 'courses', 'sessions:read']);
const key = await server.createKey({ label: 'school', platform: 'school', scopes, mode: 'live' });
const body = JSON.stringify({
  title: 'Course',
  lessons: [{ id: 'lesson-1', title: '1', videoMs: VIDEO_MS }],
});
const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
const put = await fetch(`${server.url}/v1/courses/course`, { method: 'PUT', headers, body });
if (!put.ok) throw new Error(`expected the course to be stored, got ${put.status}`);
const regulator = await server.createKey({
  label: 'city',
  platform: null,
  scopes: ['regulator'],
  mode: 'live',
});
process.stdout.write(`${JSON.stringify({ url: server.url, key, regulator })}\n`);
process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));
