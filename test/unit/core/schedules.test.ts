/** The draws against vectors that another language computed (scripts/vectors/schedules.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { challengeOf, drawQuestion } from '../../../server/src/core/rules/popup-interval/question.ts';
import type { PopupQuestion } from '../../../server/src/core/rules/popup-interval/state.ts';
import { type DrawLabel, draws } from '../../../server/src/core/session/draw.ts';
import { openSession } from '../../../server/src/core/session/engine.ts';
import { factsOf, OPENED_AT, packOf, Sitting } from '../../support/sitting.ts';

interface Vector {
  readonly seed: string;
  readonly draws: readonly {
    readonly label: DrawLabel;
    readonly n: number;
    readonly slot: number;
    readonly low: number;
    readonly high: number;
    readonly value: number;
  }[];
  readonly popups: { readonly list: readonly { n: number; afterMs: number; challenge: PopupQuestion }[] };
  readonly photo: { readonly dueAtCreditedMs: number };
  readonly liveness: { readonly dueAtCreditedMs: number };
}

const file = new URL('../../vectors/schedules.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as readonly Vector[];

describe.each(vectors)('the schedule of seed $seed', ({ seed, draws: single, popups, photo, liveness }) => {
  it('has the documented draws', () => {
    for (const { label, n, slot, low, high, value } of single)
      expect([label, n, slot, draws(seed, label, n)(slot, low, high)]).toEqual([label, n, slot, value]);
  });

  it('sets the first popup, the photo and the liveness instant of a ten-minute lesson', () => {
    const full = packOf('zz-2022-2');
    const pack = { ...full, liveness: { ...full.liveness, required: true } };
    const state = openSession(factsOf({ seed, pack }), OPENED_AT);
    expect(state.popup.dueAtCreditedMs).toBe(popups.list[0]?.afterMs);
    expect(drawQuestion(state.facts, 1)).toEqual(popups.list[0]?.challenge);
    expect(state.photo.dueAtCreditedMs).toBe(photo.dueAtCreditedMs);
    expect(state.liveness?.due).toEqual([liveness.dueAtCreditedMs]);
  });

  it('asks the documented questions in the documented order', () => {
    const sitting = new Sitting({ facts: { seed, videoMs: 40 * 60_000 } }).play().run(41 * 60_000);
    const asked = sitting.directives.filter((directive) => directive.kind === 'popup').slice(0, 8);
    expect(asked.length).toBe(8);
    const expected = popups.list.map(({ challenge }) => challengeOf(challenge));
    expect(asked.map((popup) => popup.challenge)).toEqual(expected);
  });
});
