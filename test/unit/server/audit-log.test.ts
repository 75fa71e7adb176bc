import { describe, expect, it } from 'vitest';
import { auditLink, checkAudit, recordAct } from '../../../server/src/app/audit-log.ts';
import type { AuditEntry, AuditStore } from '../../../server/src/app/office-ports.ts';

/** A store in memory. */
function memory(): { entries: AuditEntry[]; audit: AuditStore } {
  const entries: AuditEntry[] = [];
  const audit: AuditStore = {
    async append(link) {
      const entry = link(entries.length + 1, entries.at(-1)?.chain ?? '');
      entries.push(entry);
      return entry;
    },
    list: async () => ({ items: [], next: null }),
    read: async (from, limit) => entries.slice(from - 1, from - 1 + limit),
  };
  return { entries, audit };
}

const act = (what: string) => ({ who: 'city', what, subject: 'photo-1', why: 'appeal', caseId: 'case-7' });

async function written() {
  const { entries, audit } = memory();
  let now = 100;
  const clock = { now: () => now++ };
  for (const what of ['photo.decrypt', 'ban.stay', 'ban.lift']) await recordAct({ audit, clock }, act(what));
  return { entries, audit };
}

describe('the audit chain', () => {
  it('given acts as they were written, then it holds', async () => {
    const { entries, audit } = await written();
    expect(entries.map(({ n, at, what }) => [n, at, what])).toEqual([
      [1, 100, 'photo.decrypt'],
      [2, 101, 'ban.stay'],
      [3, 102, 'ban.lift'],
    ]);
    expect(await checkAudit(audit)).toEqual({ firstBad: null, entries: 3 });
  });

  it.each([
    ['at', 7],
    ['who', 'nobody'],
    ['what', 'photo.view'],
    ['subject', 'photo-2'],
    ['why', ''],
    ['caseId', null],
    ['chain', 'A'.repeat(43)],
  ] as const)('given a changed %s in the second entry, then that one is named', async (field, value) => {
    const { entries, audit } = await written();
    const second = entries[1];
    if (second === undefined) throw new Error('expected three entries');
    entries[1] = { ...second, [field]: value };
    expect((await checkAudit(audit)).firstBad).toBe(2);
  });

  it('given an entry left out, or all after one made anew, then the chain does not hold or ends elsewhere', async () => {
    const { entries, audit } = await written();
    const last = entries.at(-1)?.chain;
    entries.splice(1, 1);
    expect((await checkAudit(audit)).firstBad).toBe(2);
    const first = entries[0];
    if (first === undefined) throw new Error('expected an entry');
    entries[1] = auditLink(2, first.chain, { at: 102, ...act('ban.lift') });
    expect((await checkAudit(audit)).firstBad).toBeNull();
    expect(entries.at(-1)?.chain).not.toBe(last);
  });
});
