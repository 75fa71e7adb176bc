/** Enrolment, consent, erasure and what a learner may ask for: for platforms' backends and the enrolment page. */

import { PHOTO_BYTES_MAX } from '@zhenxue/protocol';
import express, { type NextFunction, type Request, type Response, Router } from 'express';
import { readConsent, recordConsent } from '../../app/consent.ts';
import type { App } from '../../app/context.ts';
import { addEnrolmentPhoto, completeEnrolment, enrolmentView, openEnrolment } from '../../app/enrol.ts';
import { exportSubject } from '../../app/export-subject.ts';
import { filingPack } from '../../app/face-subjects.ts';
import { notFound, Refusal } from '../../app/failure.ts';
import { requirePlatform, requireRegulator } from '../../app/principal.ts';
import { type Authenticate, bearerOf, type LimitAddress } from './auth.ts';
import { enrolmentParams, enrolmentRequest, learnerParams, photoParams, read } from './schemas-identity.ts';

/** Reviews on a page. */
const REVIEWS_MAX = 200;

/** Methods that an enrolment page on another origin may use; its ticket is the only credential. */
function openToPages(request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Access-Control-Allow-Origin', '*');
  if (request.method !== 'OPTIONS') {
    next();
    return;
  }
  response
    .setHeader('Access-Control-Allow-Methods', 'GET, PUT, POST')
    .setHeader('Access-Control-Allow-Headers', 'authorization, content-type')
    .setHeader('Access-Control-Max-Age', '600')
    .status(204)
    .end();
}

/** What a handler needs of the enrolment that a request is about. */
type MayTouch = (request: Request, enrolment: string) => Promise<'page' | 'platform'>;

/** The enrolment's own ticket, or the key of its platform. @returns throws Refusal. */
function createMayTouch(app: App, authenticate: Authenticate, limit: LimitAddress): MayTouch {
  return async (request, enrolment) => {
    const token = bearerOf(request);
    if (token !== null && !token.startsWith('zx_')) {
      await limit(request);
      if (app.tokens.checkEnrolment(token) === enrolment) return 'page';
      throw new Refusal('ticket-invalid', 'expected the ticket of this enrolment');
    }
    const platform = requirePlatform(await authenticate(request), 'tickets');
    const row = await app.identity.store.enrolment(enrolment);
    if (row?.platform !== platform) throw notFound('enrolment');
    return 'platform';
  };
}

function enrolmentRoutes(app: App, authenticate: Authenticate, limit: LimitAddress): Router {
  const router = Router();
  const mayTouch = createMayTouch(app, authenticate, limit);
  const image = express.raw({ type: () => true, limit: PHOTO_BYTES_MAX });
  router.post('/enrolments', async (request, response) => {
    const platform = requirePlatform(await authenticate(request), 'tickets');
    const { learner, course, consent } = read(enrolmentRequest, 'body', request.body);
    const subject = { platform, learner, course };
    const decision = consent === undefined ? null : readConsent(consent);
    const issued = await openEnrolment(app, subject);
    if (decision !== null) await recordConsent(app, subject, decision, { via: 'platform', session: null });
    response.status(201).json(issued);
  });
  router.use('/enrolments/:enrolment', openToPages);
  router.get('/enrolments/:enrolment', async (request, response) => {
    const { enrolment } = read(enrolmentParams, 'path', request.params);
    await mayTouch(request, enrolment);
    response.json(await enrolmentView(app, enrolment));
  });
  router.post('/enrolments/:enrolment/consent', async (request, response) => {
    const { enrolment } = read(enrolmentParams, 'path', request.params);
    const via = await mayTouch(request, enrolment);
    const row = await app.identity.store.enrolment(enrolment);
    if (row === null) throw notFound('enrolment');
    await recordConsent(app, row, readConsent(request.body), { via, session: null });
    response.status(204).end();
  });
  router.put('/enrolments/:enrolment/photos/:n', image, async (request, response) => {
    const { enrolment, n } = read(photoParams, 'path', request.params);
    await mayTouch(request, enrolment);
    if (!(request.body instanceof Uint8Array))
      throw new Refusal('invalid-request', 'body: expected the bytes of an image');
    response.json(await addEnrolmentPhoto(app, enrolment, n, request.body));
  });
  router.post('/enrolments/:enrolment/complete', async (request, response) => {
    const { enrolment } = read(enrolmentParams, 'path', request.params);
    await mayTouch(request, enrolment);
    response.json(await completeEnrolment(app, enrolment));
  });
  return router;
}

function ledgerRoutes(app: App, authenticate: Authenticate): Router {
  const router = Router();
  const subjectOf = async (request: Request) => {
    const principal = await authenticate(request);
    const platform = requirePlatform(principal, 'tickets');
    return { principal, subject: { platform, ...read(learnerParams, 'path', request.params) } };
  };
  const path = '/learners/:learner/courses/:course';
  router.get(`${path}/consent`, async (request, response) => {
    const { subject } = await subjectOf(request);
    response.json({ items: await app.identity.store.consents(subject), next: null });
  });
  router.put(`${path}/consent`, async (request, response) => {
    const { subject } = await subjectOf(request);
    await recordConsent(app, subject, readConsent(request.body), { via: 'platform', session: null });
    response.status(204).end();
  });
  router.get(`${path}/export`, async (request, response) => {
    const { principal, subject } = await subjectOf(request);
    response.json(await exportSubject(app, subject, principal.name));
  });
  router.get('/reviews', async (request, response) => {
    requireRegulator(await authenticate(request));
    response.json({ items: await app.identity.store.reviews(REVIEWS_MAX), next: null });
  });
  router.get('/face-subjects', async (request, response) => {
    requireRegulator(await authenticate(request));
    response.json(await filingPack(app));
  });
  return router;
}

/** Routes under `/v1`. */
export function identityRoutes(app: App, authenticate: Authenticate, limit: LimitAddress): Router {
  return Router().use(enrolmentRoutes(app, authenticate, limit), ledgerRoutes(app, authenticate));
}
