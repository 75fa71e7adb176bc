/** The demo platform's front end talks to its own backend only: tickets and results come from there. */

/** What the backend refused, in its words. The monitor understands `code`: a ban, say, is final and not tried again. */
class BackendError extends Error {
  /** @param {{ code?: string, detail?: string, title?: string }} problem @param {number} status */
  constructor(problem, status) {
    super(problem.detail ?? problem.title ?? String(status));
    this.code = problem.code;
  }
}

/** @param {string} path @param {RequestInit} [init] */
async function ask(path, init) {
  const response = await fetch(`/demo/api${path}`, { ...init, cache: 'no-store' });
  const body = await response.json();
  if (!response.ok) throw new BackendError(body, response.status);
  return body;
}

/** A ticket for one learner and one lesson. @param {string} learner @param {string} lesson */
export function askForTicket(learner, lesson) {
  const body = JSON.stringify({ learner, lesson });
  return ask('/ticket', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

/** The verdict, as the platform's backend fetched it. @param {string} session */
export function askForVerdict(session) {
  return ask(`/verdict/${encodeURIComponent(session)}`);
}
