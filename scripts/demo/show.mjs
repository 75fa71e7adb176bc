/** The demonstration of `npm start`: an honest learner and a cheat watch the same lesson, then the verdicts are asked for. */
import { clockText, watchLesson } from './learner.mjs';

const LESSON = 'lesson-1';
/** How many times faster than the clock the cheat's video runs. */
const CHEAT_SPEED = 4;
/** How often and how long the verdict of a sitting that was left is asked for, ms. */
const VERDICT_POLL_MS = 500;
const VERDICT_WAIT_MS = 10_000;

const OUTCOMES = {
  valid: 'VALID 有效',
  invalid: 'INVALID 无效',
  undetermined: 'UNDETERMINED 待定',
  incomplete: 'INCOMPLETE 未完成',
  in_progress: 'IN PROGRESS 进行中',
};

/** @param {string} url @param {RequestInit} [init] @returns {Promise<any>} */
async function askJson(url, init) {
  const response = await fetch(url, init);
  /** @type {any} */
  const body = await response.json();
  if (!response.ok) throw new Error(`${response.status} ${body.code ?? ''}: ${body.detail ?? 'no detail'}`);
  return body;
}

/** @param {string} url @param {unknown} body */
function post(url, body) {
  return askJson(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** The verdict as a regulator reads it. @param {string} base @param {string} session @param {string} token @param {AbortSignal} signal */
async function fetchVerdict(base, session, token, signal) {
  const until = performance.now() + VERDICT_WAIT_MS;
  for (;;) {
    /** @type {import('@zhenxue/protocol').Verdict} */
    const verdict = await askJson(`${base}/v1/sessions/${session}/verdict`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (verdict.outcome !== 'in_progress' || performance.now() > until || signal.aborted) return verdict;
    await new Promise((resolve) => setTimeout(resolve, VERDICT_POLL_MS));
  }
}

/** What happened, in two lines. @param {import('@zhenxue/protocol').Verdict} verdict */
export function describeVerdict(verdict) {
  const answered = verdict.popups.filter((popup) => popup.answeredAt !== null).length;
  const photos = verdict.classHours.filter((hour) => hour.photo !== null).length;
  const facts = `credited ${clockText(verdict.creditedMs)}, popups ${answered}/${verdict.popups.length}, photos ${photos}/${verdict.classHours.length}`;
  const lines = [`${OUTCOMES[verdict.outcome]} — ${facts}`];
  for (const finding of verdict.findings.filter(({ severity }) => severity === 'violation')) {
    lines.push(
      `${finding.rule} (${finding.clause}) at ${clockText(finding.span.fromT)}–${clockText(finding.span.toT)}: ${finding.reason.en}`,
    );
    lines.push(finding.reason.zh);
  }
  return lines;
}

/**
 * Runs both learners side by side and tells what became of them.
 * @param {{ base: string, say: (line: string) => void, signal: AbortSignal }} options `base`: address of the server
 */
export async function runShow({ base, say, signal }) {
  const run = Date.now().toString(36);
  const startedAt = performance.now();
  /** @param {string} name @param {string} ref @param {number} speed */
  const sit = async (name, ref, speed) => {
    const tell = (/** @type {string} */ line) =>
      say(`  ${clockText(performance.now() - startedAt)}  ${name}  ${line}`);
    const getTicket = async () =>
      (await post(`${base}/demo/api/ticket`, { learner: ref, lesson: LESSON })).ticket;
    const session = await watchLesson({ endpoint: base, getTicket, speed, say: tell, signal });
    if (signal.aborted) return null;
    const { token } = await post(`${base}/demo/api/console-token`, {});
    const verdict = await fetchVerdict(base, session, token, signal);
    tell(`verdict · 结论：${OUTCOMES[verdict.outcome]}`);
    return { name, session, verdict };
  };
  const results = await Promise.all([
    sit('honest 诚实学员', `honest-${run}`, 1),
    sit('cheat  作弊学员', `cheat-${run}`, CHEAT_SPEED),
  ]);
  if (signal.aborted) return;
  say('\nWhat the server decided · 系统结论');
  for (const result of results) {
    if (result === null) continue;
    const [first = '', ...more] = describeVerdict(result.verdict);
    say(`  ${result.name}  ${first}`);
    for (const line of more) say(`      ${line}`);
    say(`      ${base}/console/sessions/${result.session}`);
  }
}
