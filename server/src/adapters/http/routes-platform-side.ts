/** What a training platform's backend and its pages call: tickets and courses. */
import { type NextFunction, type Request, type Response, Router } from 'express';
import { checkTicket } from '../../app/admit-connection.ts';
import type { App } from '../../app/context.ts';
import { issueTicket } from '../../app/issue-ticket.ts';
import { requirePlatform } from '../../app/principal.ts';
import { registerCourse } from '../../app/register-course.ts';
import type { Authenticate, LimitAddress } from './auth.ts';
import { courseBody, courseParams, present, read, ticketCheck, ticketRequest } from './schemas.ts';

/** Any page may ask why its ticket is refused: the ticket is the only credential, and it travels in the body. */
function openToPages(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Access-Control-Allow-Origin', '*');
  next();
}

/** Milliseconds that a browser may remember the preflight's answer. */
const PREFLIGHT_SECONDS = '600';

/** Routes under `/v1`. */
export function platformSideRoutes(app: App, authenticate: Authenticate, limit: LimitAddress): Router {
  const router = Router();
  router.post('/tickets', async (request, response) => {
    const platform = requirePlatform(await authenticate(request), 'tickets');
    const body = present(read(ticketRequest, 'body', request.body));
    response
      .status(201)
      .setHeader('Cache-Control', 'no-store')
      .json(await issueTicket(app, platform, body));
  });
  router.options('/tickets/check', openToPages, (_request, response) => {
    response
      .setHeader('Access-Control-Allow-Methods', 'POST')
      .setHeader('Access-Control-Allow-Headers', 'content-type')
      .setHeader('Access-Control-Max-Age', PREFLIGHT_SECONDS)
      .status(204)
      .end();
  });
  router.post('/tickets/check', openToPages, async (request, response) => {
    await limit(request);
    await checkTicket(app, read(ticketCheck, 'body', request.body).ticket);
    response.status(204).end();
  });
  router.put('/courses/:course', async (request, response) => {
    const platform = requirePlatform(await authenticate(request), 'courses');
    const { course: id } = read(courseParams, 'path', request.params);
    const course = present({ id, ...read(courseBody, 'body', request.body) });
    const isNew = await registerCourse(app, platform, course);
    response.status(isNew ? 201 : 200).json(course);
  });
  router.get('/courses', async (request, response) => {
    const platform = requirePlatform(await authenticate(request), 'courses');
    response.json({ items: await app.registry.courses(platform), next: null });
  });
  return router;
}
