import { describe, expect, it } from 'vitest';
import { quantities } from '../../../console/src/format/quantity.ts';
import { clock, localDateTime, percent, span } from '../../../console/src/format/time.ts';
import { en } from '../../../console/src/i18n/en.ts';
import { chooseLanguage, rememberLanguage } from '../../../console/src/i18n/language.ts';
import { zh } from '../../../console/src/i18n/zh.ts';
import { brokenRules, plainKey } from '../../../console/src/sitting/summary.ts';
import { EVENING, storiedSittings } from '../../support/console-sittings.ts';

function leaves(tree: object, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[`${path}${key}`, value] as [string, string]]
      : leaves(value, `${path}${key}.`),
  );
}
function slots(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();
}
function storageOf(entries: Record<string, string>): Storage {
  const kept = new Map(Object.entries(entries));
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  } as unknown as Storage;
}
const refusing = {
  getItem: () => {
    throw new Error('storage is off');
  },
  setItem: () => {
    throw new Error('storage is off');
  },
};

describe('the two languages', () => {
  it('say the same things with the same slots', () => {
    const chinese = leaves(zh).map(([path, text]) => [path, slots(text)]);
    const english = leaves(en).map(([path, text]) => [path, slots(text)]);
    expect(english).toEqual(chinese);
  });

  it('hold no character that the message compiler would take for syntax', () => {
    for (const [path, text] of [...leaves(zh), ...leaves(en)]) expect(text, path).not.toMatch(/[@|]/);
  });

  it('start with the remembered one, then the browser’s, then Chinese', () => {
    expect(chooseLanguage(storageOf({ 'zhenxue.console.language': 'en' }), ['zh-CN'])).toBe('en');
    expect(chooseLanguage(storageOf({}), ['fr', 'en-GB', 'zh'])).toBe('en');
    expect(chooseLanguage(storageOf({}), ['zh-TW', 'en'])).toBe('zh-CN');
    expect(chooseLanguage(storageOf({}), ['fr'])).toBe('zh-CN');
    expect(chooseLanguage(storageOf({ 'zhenxue.console.language': 'xx' }), [])).toBe('zh-CN');
  });

  it('can be switched where storage is forbidden', () => {
    expect(chooseLanguage(refusing, ['en'])).toBe('en');
    expect(() => rememberLanguage(refusing, 'en')).not.toThrow();
  });
});

describe('times and shares', () => {
  it('are those of Shanghai', () => {
    expect(localDateTime(EVENING)).toBe('2026-11-23 21:00:00');
    expect(localDateTime(Date.UTC(2026, 10, 23, 16, 0, 0))).toBe('2026-11-24 00:00:00');
  });

  it('never round an incomplete share up', () => {
    expect([percent(999), percent(1000), percent(406), percent(0), percent(979)]).toEqual([
      '99.9%',
      '100%',
      '40.6%',
      '0%',
      '97.9%',
    ]);
  });

  it('are short', () => {
    expect([clock(-5), clock(59_999), clock(3_600_000), span(6_900), span(64_000)]).toEqual([
      '0:00',
      '0:59',
      '1:00:00',
      '6.9 s',
      '1:04',
    ]);
  });

  it('take the unit from the kind of the finding', () => {
    expect(quantities({ kind: 'slope-measured', claimed: 1_000, measured: 4_002 })).toEqual({
      claimed: '1.00×',
      measured: '4.00×',
    });
    expect(quantities({ kind: 'seek-forward', claimed: 52_000, measured: 12_000 })).toEqual({
      claimed: '0:52',
      measured: '0:12',
    });
    expect(quantities({ kind: 'rate-attempt', claimed: 2_000, measured: 400 })).toEqual({
      claimed: '2.00×',
      measured: '0.4 s',
    });
    expect(quantities({ kind: 'photo-missing', claimed: null, measured: 1 })).toEqual({
      claimed: null,
      measured: null,
    });
  });
});

describe('the verdict in plain words', () => {
  const { hidden, live, honest } = storiedSittings();

  it('names each broken rule once, gaps and hints not', () => {
    expect(brokenRules(hidden.detail.verdict.findings)).toEqual(['multi-window', 'popup-interval']);
    expect(brokenRules(honest.detail.verdict.findings)).toEqual([]);
  });

  it('tells a live sitting with a violation from one without', () => {
    expect(plainKey(live.detail, [])).toBe('in_progress');
    expect(plainKey(live.detail, hidden.detail.verdict.findings)).toBe('inProgressViolation');
    expect(plainKey(hidden.detail, hidden.detail.verdict.findings)).toBe('invalid');
  });
});
