/** Is the process alive, may it take load, what does it count. */
import { Router } from 'express';

/** What the health routes ask. */
export interface Health {
  /** Null when ready, else the reason in one word. */
  notReady(): 'store-failed' | 'stopping' | null;
  /** What does not work although load may be taken: without Redis nothing is lost, but servers hear late of each other. */
  degraded(): 'fanout-lost' | null;
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
}

/** Routes at the root. */
export function healthRoutes(health: Health): Router {
  const router = Router();
  router.get('/livez', (_request, response) => {
    response.setHeader('Cache-Control', 'no-store').json({ status: 'alive' });
  });
  router.get('/readyz', (_request, response) => {
    const reason = health.notReady();
    response.setHeader('Cache-Control', 'no-store').status(reason === null ? 200 : 503);
    const degraded = health.degraded();
    if (reason !== null) response.json({ status: 'not-ready', reason });
    else response.json(degraded === null ? { status: 'ready' } : { status: 'ready', degraded });
  });
  router.get('/metrics', async (_request, response) => {
    response.setHeader('Content-Type', health.metrics.contentType).send(await health.metrics.text());
  });
  return router;
}
