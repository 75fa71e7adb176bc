/** The consent step: asked once per sitting and notice, before the camera is first opened; each scope by itself, none pre-ticked. */
import type { CameraNotice, Consent, ConsentScope, Receipt } from '@zhenxue/protocol';
import type { Schedule } from '../core/effects.ts';
import { element } from '../screen/layer/element.ts';
import type { Lang } from '../screen/texts.ts';
import { type Dialog, openDialog } from './dialog.ts';
import type { CameraTexts } from './texts.ts';

/** Scopes in the order shown; all are needed for a check. */
export const SCOPES: readonly ConsentScope[] = ['camera', 'comparison', 'evidence-photo'];

/** Milliseconds before an unanswered decision is sent again, and times that it is. */
const RESEND_MS = 5_000;
const RESENDS_MAX = 60;

/** What was decided: the scopes agreed to, or null when nothing was yet. */
export type Decision = readonly ConsentScope[] | null;

/** The consent step of a sitting. */
export interface ConsentDesk {
  /** The decision; asks when there is none. Resolves when the learner has decided. */
  ask(): Promise<readonly ConsentScope[]>;
  /** Asks anew, such as after a refusal that was regretted. */
  reopen(): Promise<readonly ConsentScope[]>;
  decided(): Decision;
  stop(): void;
}

/** What the desk needs. */
export interface ConsentOptions {
  readonly container: HTMLElement;
  readonly lang: Lang;
  readonly texts: CameraTexts;
  readonly notice: CameraNotice;
  readonly schedule: Schedule;
  /** Sends the decision; rejects when nobody answers. */
  readonly send: (consent: Consent) => Promise<Receipt>;
  /** Scopes decided about before in this sitting, such as before a reload. */
  readonly remembered: Decision;
  /** The remembered decision was taken on the page: the server hears of it now. */
  readonly tell: boolean;
  readonly remember: (scopes: readonly ConsentScope[]) => void;
}

interface Ticks {
  readonly nodes: readonly Node[];
  readonly ticked: () => readonly ConsentScope[];
  /** Shows what is not ticked: on a phone it is below the text. */
  readonly reveal: () => void;
}

function buildBody(doc: Document, { notice, lang }: ConsentOptions): Ticks {
  const text = lang === 'en' ? notice.en : notice.zh;
  const paragraphs = text.paragraphs.map((line) => element(doc, 'p', {}, line));
  const boxes = SCOPES.map((scope) => {
    const box = element(doc, 'input', { type: 'checkbox' });
    const label = element(doc, 'label', {});
    label.append(box, element(doc, 'span', {}, text.scopes[scope]));
    return { scope, box, label };
  });
  return {
    nodes: [...paragraphs, ...boxes.map(({ label }) => label)],
    ticked: () => boxes.filter(({ box }) => box.checked).map(({ scope }) => scope),
    reveal: () => boxes.find(({ box }) => !box.checked)?.box.focus(),
  };
}

/** Creates the desk; nothing is shown before `ask`. */
export function createConsentDesk(options: ConsentOptions): ConsentDesk {
  const { notice, lang, texts, schedule } = options;
  let decision: Decision = options.remembered;
  let dialog: Dialog | null = null;
  let asking: Promise<readonly ConsentScope[]> | null = null;
  let stopTimer: () => void = () => undefined;
  let stopped = false;

  function send(scopes: readonly ConsentScope[], left: number): void {
    const again = (): void => {
      if (left > 0 && !stopped) stopTimer = schedule(RESEND_MS, () => send(scopes, left - 1));
    };
    stopTimer();
    options.send({ notice: notice.version, lang, scopes }).then((receipt) => {
      if (!receipt.ok && receipt.retryMs !== undefined) again();
    }, again);
  }

  function open(): Promise<readonly ConsentScope[]> {
    return new Promise((resolve) => {
      const { nodes, ticked, reveal } = buildBody(options.container.ownerDocument, options);
      let warned = false;
      const decide = (scopes: readonly ConsentScope[]): void => {
        // Not agreeing costs something: it is said once before it is taken.
        if (scopes.length < SCOPES.length && !warned) {
          warned = true;
          dialog?.say(texts.partly, true);
          reveal();
          return;
        }
        dialog?.close();
        dialog = null;
        asking = null;
        decision = scopes;
        options.remember(scopes);
        send(scopes, RESENDS_MAX);
        resolve(scopes);
      };
      const decline = (): void => decide([]);
      dialog = openDialog({
        ...options,
        name: 'consent',
        title: (lang === 'en' ? notice.en : notice.zh).title,
        body: nodes,
        actions: [
          { label: texts.agree, run: () => decide(ticked()) },
          { label: texts.decline, plain: true, run: decline },
        ],
        onEscape: decline,
      });
    });
  }

  function reopen(): Promise<readonly ConsentScope[]> {
    asking ??= open();
    return asking;
  }

  if (options.tell && decision !== null) send(decision, RESENDS_MAX);
  return {
    ask: () => (decision === null ? reopen() : Promise.resolve(decision)),
    reopen,
    decided: () => decision,
    stop() {
      stopped = true;
      stopTimer();
      dialog?.close();
    },
  };
}
