/** What regulators, platforms and the public read. */
import { Router } from 'express';
import type { App } from '../../app/context.ts';
import { consoleLogin } from '../../app/principal.ts';
import { listBans, listPlatforms, platformStatus } from '../../app/query-platforms.ts';
import { listSessions, sessionDetail, sessionVerdict } from '../../app/query-sessions.ts';
import { sessionTimeline } from '../../app/query-timeline.ts';
import { type Authenticate, bearerOf, type LimitAddress } from './auth.ts';
import { platformParams, present, read, sessionParams, sessionQuery, statusQuery } from './schemas.ts';

/** Routes under `/v1`. */
export function queryRoutes(app: App, authenticate: Authenticate, limit: LimitAddress): Router {
  const router = Router();
  router.get('/sessions', async (request, response) => {
    const principal = await authenticate(request);
    const { limit: items, cursor, ...filter } = read(sessionQuery, 'query', request.query);
    const page = { limit: items, cursor: cursor ?? null };
    response.json(await listSessions(app, principal, present(filter), page));
  });
  router.get('/sessions/:session', async (request, response) => {
    const principal = await authenticate(request);
    const { session } = read(sessionParams, 'path', request.params);
    response.json(await sessionDetail(app, principal, session));
  });
  router.get('/sessions/:session/verdict', async (request, response) => {
    const principal = await authenticate(request);
    const { session } = read(sessionParams, 'path', request.params);
    response.json(await sessionVerdict(app, principal, session));
  });
  router.get('/sessions/:session/timeline', async (request, response) => {
    const principal = await authenticate(request);
    const { session } = read(sessionParams, 'path', request.params);
    response.json(await sessionTimeline(app, principal, session));
  });
  router.get('/platforms', async (request, response) => {
    response.json(await listPlatforms(app, await authenticate(request)));
  });
  router.get('/platforms/:platform/status', async (request, response) => {
    await limit(request);
    const { platform } = read(platformParams, 'path', request.params);
    const { on } = read(statusQuery, 'query', request.query);
    response.json(await platformStatus(app, platform, on ?? null));
  });
  router.get('/bans', async (request, response) => {
    await limit(request);
    response.json(await listBans(app));
  });
  router.post('/console/tokens', async (request, response) => {
    await limit(request);
    response
      .status(201)
      .setHeader('Cache-Control', 'no-store')
      .json(await consoleLogin(app, bearerOf(request)));
  });
  return router;
}
