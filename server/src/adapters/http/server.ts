/** The HTTP side put together. */
import { createServer, type Server } from 'node:http';
import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import type { App } from '../../app/context.ts';
import { createAuthenticate, createLimitAddress } from './auth.ts';
import { type DemoOptions, demoRoutes } from './demo.ts';
import { type Health, healthRoutes } from './health.ts';
import { createErrorHandler, unknownRoute } from './problem.ts';
import { identityRoutes } from './routes-identity.ts';
import { platformSideRoutes } from './routes-platform-side.ts';
import { queryRoutes } from './routes-queries.ts';
import { type StaticFolders, staticRoutes } from './static.ts';

/** Bytes of a JSON body: the largest is a course of 500 lessons with long titles. */
const BODY_BYTES_MAX = 512 * 1_024;

/** Milliseconds for a client to send its headers and its whole request: slow senders must not hold connections. */
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 30_000;

/** What the HTTP side needs. */
export interface HttpOptions {
  readonly app: App;
  readonly health: Health;
  readonly folders: StaticFolders;
  readonly requestLog: Logger;
  readonly requestsPerMinute: number;
  readonly trustedProxies: number;
  /** Present only in demo mode. */
  readonly demo: DemoOptions | null;
}

/** Headers that fit the console, the demo page and the SDK: own scripts only, workers and media from blobs. */
function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'self'"],
        formAction: ["'self'"],
        scriptSrc: ["'self'"],
        // The console's component library writes its styles at run time.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'", 'data:'],
        mediaSrc: ["'self'", 'blob:'],
        workerSrc: ["'self'", 'blob:'],
        connectSrc: ["'self'"],
      },
    },
    // Other names of the operator's domain are none of this server's business.
    strictTransportSecurity: { includeSubDomains: false },
    referrerPolicy: { policy: 'no-referrer' },
  });
}

/** Logs method, path (without its query), status and time; nothing that a caller sent besides. */
function requestLogger(logger: Logger): RequestHandler {
  return pinoHttp({
    logger,
    autoLogging: { ignore: (request) => request.url === '/livez' || request.url === '/readyz' },
    customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'debug'),
    serializers: {
      req: (request: { method: string; url: string }) => ({
        method: request.method,
        path: request.url.split('?', 1)[0],
      }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
    },
  });
}

/** OpenAPI takes a moment to make, and few ask: it is loaded with the first request. */
function openApiRoute(): RequestHandler {
  return async (_request, response) => {
    const { openApiDocument } = await import('./openapi.ts');
    response.json(openApiDocument());
  };
}

/** The express application; listens nowhere by itself. */
export function createHttpApp(options: HttpOptions): Express {
  const { app } = options;
  const http = express();
  http.disable('x-powered-by');
  http.set('trust proxy', options.trustedProxies);
  http.set('query parser', 'simple');
  http.use(requestLogger(options.requestLog));
  http.use(securityHeaders());
  http.use(healthRoutes(options.health));
  http.get('/.well-known/jwks.json', (_request, response) => {
    response.json(app.tokens.jwks());
  });
  http.get('/v1/openapi.json', openApiRoute());
  const authenticate = createAuthenticate(app, options.requestsPerMinute);
  const limit = createLimitAddress(app, options.requestsPerMinute);
  http.use('/v1', (_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  http.use(['/v1', '/demo/api'], express.json({ limit: BODY_BYTES_MAX, strict: true }));
  http.use(
    '/v1',
    platformSideRoutes(app, authenticate, limit),
    identityRoutes(app, authenticate, limit),
    queryRoutes(app, authenticate, limit),
  );
  if (options.demo !== null) http.use('/demo/api', demoRoutes(app, options.demo));
  http.use(staticRoutes(options.folders, options.demo !== null));
  http.get('/', (_request, response) => response.redirect(options.demo === null ? '/console/' : '/demo/'));
  http.use(unknownRoute);
  http.use(createErrorHandler(app.log));
  return http;
}

/** The server with its time limits; not listening yet. */
export function createHttpServer(handler: Express): Server {
  const server = createServer(handler);
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  return server;
}
