/** Structured log by pino. Callers never pass tokens, images or identity numbers; requests are redacted besides. */
import { type Logger, pino } from 'pino';
import type { Log } from '../app/ports.ts';

/** Headers that carry secrets, as pino-http names them. */
const REDACTED: readonly string[] = [
  'req.headers.authorization',
  'req.headers.cookie',
  'req.headers["sec-websocket-protocol"]',
  'res.headers["set-cookie"]',
];

/** The logger for requests. @param level pino level name. */
export function createLogger(level: string): Logger {
  return pino({ level, base: null, redact: { paths: [...REDACTED], censor: '[redacted]' } });
}

/** The application's view of a logger. */
export function logOf(logger: Logger): Log {
  return {
    info: (event, fields = {}) => logger.info(fields, event),
    warn: (event, fields = {}) => logger.warn(fields, event),
    error: (event, fields = {}) => logger.error(fields, event),
  };
}
