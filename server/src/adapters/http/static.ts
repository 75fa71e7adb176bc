/** Files that the server hands out: the SDK for any page, the console, and the demo platform. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { type NextFunction, type Request, type Response, Router } from 'express';

/** Folders of built files; a folder that is not there is simply not served. */
export interface StaticFolders {
  readonly sdk: string;
  readonly console: string;
  readonly demo: string;
}

/** Files of the SDK carry an entity tag and are asked for again each time: an update reaches every page at once. */
function sdkRoutes(folder: string): Router {
  const router = Router();
  router.use((_request: Request, response: Response, next: NextFunction) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    response.setHeader('Cache-Control', 'public, no-cache');
    next();
  });
  router.use(express.static(folder, { etag: true, cacheControl: false, index: false, redirect: false }));
  return router;
}

/** Seconds that a file with its hash in its name may be kept: a year, it never changes. */
const HASHED_MAX_AGE_S = 31_536_000;

/** The console is one page with its own routes: unknown paths get the page, unknown assets do not. */
function consoleRoutes(folder: string): Router {
  const router = Router();
  const hashed = `public, max-age=${HASHED_MAX_AGE_S}, immutable`;
  const options = { cacheControl: false, index: false, redirect: false };
  router.use(
    '/assets',
    express.static(join(folder, 'assets'), {
      ...options,
      fallthrough: false,
      setHeaders: (response) => void response.setHeader('Cache-Control', hashed),
    }),
  );
  const page = join(folder, 'index.html');
  router.use(
    express.static(folder, {
      ...options,
      setHeaders: (response) => void response.setHeader('Cache-Control', 'no-cache'),
    }),
  );
  router.get('/{*path}', (_request, response, next) => {
    if (!existsSync(page)) return next();
    response.setHeader('Cache-Control', 'no-cache');
    response.sendFile(page);
  });
  return router;
}

function demoRoutes(folder: string): Router {
  const router = Router();
  router.use(express.static(folder, { etag: true, maxAge: 0, index: 'index.html' }));
  return router;
}

/** Routes at the root. @param withDemo whether the demo platform's pages are served. */
export function staticRoutes(folders: StaticFolders, withDemo: boolean): Router {
  const router = Router();
  router.use('/sdk', sdkRoutes(folders.sdk));
  router.use('/console', consoleRoutes(folders.console));
  if (withDemo) router.use('/demo', demoRoutes(folders.demo));
  return router;
}
