/**
 * The server over a database that never syncs, for proving that the power losses of the crash suite notice it. The product has
 * no such switch: one built file is rewritten here while it is loaded.
 */
import { register } from 'node:module';

const hooks = `
const CHANGES = [
  ['synchronous = FULL', 'synchronous = OFF'],
  ['synchronous !== 2', 'synchronous !== 0'],
];
export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!url.endsWith('/adapters/sqlite/database.js')) return loaded;
  let source = String(loaded.source);
  for (const [from, to] of CHANGES) {
    if (!source.includes(from)) throw new Error('expected ' + from + ' in ' + url);
    source = source.replace(from, to);
  }
  return { ...loaded, source };
}`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
await import('../../server/dist/cli.js');
