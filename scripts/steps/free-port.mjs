/** Finds a port to listen on. */
import { createServer } from 'node:net';
import { PlainError } from './project.mjs';

/** How many ports after the wished one are tried. */
const TRIES_MAX = 100;

/** Whether a port can be listened on; anything but "taken" is an error. @param {string} host @param {number} port @returns {Promise<boolean>} */
function isFree(host, port) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else if (error.code === 'EACCES')
        reject(
          new PlainError(`port ${port} needs more rights than this user has`, 'npm start -- --port 7070'),
        );
      else
        reject(
          new PlainError(
            `${host}:${port} cannot be listened on (${error.code})`,
            'check ZHENXUE_HOST and --port',
          ),
        );
    });
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** The wished port, or the first free one after it. 0 stays 0: any. @param {string} host @param {number} wished */
export async function firstFreePort(host, wished) {
  if (wished === 0) return 0;
  for (let port = wished; port < Math.min(wished + TRIES_MAX, 65_536); port += 1)
    if (await isFree(host, port)) return port;
  throw new PlainError(`no free port from ${wished} on`, 'choose another with npm start -- --port N');
}
