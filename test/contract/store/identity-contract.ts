/** What every store must do with the records about faces. */
import { describe, expect, it } from 'vitest';
import type { ConsentRow, EnrolmentRow, Subject } from '../../../server/src/app/identity-ports.ts';
import { id, type Open, setUp } from './store-fixtures.ts';

const MINE: Subject = { platform: 'p1', learner: 'l1', course: 'c1' };
const OTHER: Subject = { ...MINE, learner: 'l2' };

function consent(n: number, subject: Subject = MINE): ConsentRow {
  const shown = { notice: 'camera-1', noticeHash: 'h', lang: 'en', scopes: ['camera'] } as const;
  return { ...subject, id: id(n), at: n, session: null, via: 'page', ...shown };
}

function enrolment(n: number, change: Partial<EnrolmentRow> = {}): EnrolmentRow {
  const open = { status: 'open', completedAt: null, photos: 0, templateHash: null } as const;
  return { ...MINE, id: id(n), at: n, expiresAt: n + 9, ...open, ...change };
}

/** Appended, never lost, apart by subject. */
export function identityContract(open: Open): void {
  describe('identity', () => {
    const on = setUp(open);

    it('given consents of two learners, then each has its own, oldest first, also after a reopening', async () => {
      for (const row of [consent(1), consent(2, OTHER), consent(3)]) await on.store.identity.addConsent(row);
      await on.reopen();
      expect(await on.store.identity.consents(MINE)).toEqual([consent(1), consent(3)]);
      expect(await on.store.identity.consents(OTHER)).toEqual([consent(2, OTHER)]);
    });

    it('given an enrolment that is completed and replaced, then the newest state of each is kept', async () => {
      const { identity } = on.store;
      await identity.putEnrolment(enrolment(1));
      await identity.putEnrolment(enrolment(1, { status: 'complete', completedAt: 5, photos: 3 }));
      await identity.putEnrolment(enrolment(2, { ...OTHER }));
      const kept = enrolment(1, { status: 'complete', completedAt: 5, photos: 3 });
      expect(await identity.enrolment(id(1))).toEqual(kept);
      expect(await identity.enrolment(id(9))).toBeNull();
      expect(await identity.enrolments(MINE)).toEqual([kept]);
      expect(await identity.completeEnrolments()).toEqual([kept]);
      await identity.putEnrolment({ ...kept, status: 'erased' });
      expect(await identity.completeEnrolments()).toEqual([]);
    });

    it('given reviews and decryptions, then they come back, newest review first', async () => {
      const { identity } = on.store;
      const review = (n: number) => ({ id: id(n), at: n, kind: 'same-face' as const, subject: MINE });
      const others = [{ subject: OTHER, distance: 0.25 }];
      for (const n of [1, 2]) await identity.addReview({ ...review(n), others, source: 's' });
      expect((await identity.reviews(1)).map((row) => row.id)).toEqual([id(2)]);
      const access = { id: id(3), at: 3, who: 'a', why: 'review', caseRef: 'c', object: 'o' } as const;
      await identity.addAccess({ ...access, subject: MINE });
      expect(await identity.accesses(MINE)).toEqual([{ ...access, subject: MINE }]);
      expect(await identity.accesses(OTHER)).toEqual([]);
    });
  });
}
