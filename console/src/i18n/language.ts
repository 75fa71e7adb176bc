/** Which language to speak: the remembered one, else the browser's, else Chinese. */

/** Languages of the console. */
export type Language = 'zh-CN' | 'en';

const STORAGE_KEY = 'zhenxue.console.language';

/** The parts of Web Storage in use. */
export type LanguageStorage = Pick<Storage, 'getItem' | 'setItem'>;

/**
 * Chooses the language at start.
 * @param preferred the browser's languages, most wanted first.
 */
export function chooseLanguage(storage: LanguageStorage, preferred: readonly string[]): Language {
  let stored: string | null = null;
  try {
    stored = storage.getItem(STORAGE_KEY);
  } catch {
    // Storage may be forbidden; the browser's languages decide then.
  }
  if (stored === 'zh-CN' || stored === 'en') return stored;
  const first = preferred.find((tag) => /^(zh|en)\b/i.test(tag));
  return first !== undefined && /^en\b/i.test(first) ? 'en' : 'zh-CN';
}

/** Remembers the choice; where storage is forbidden it holds until the next reload. */
export function rememberLanguage(storage: LanguageStorage, language: Language): void {
  try {
    storage.setItem(STORAGE_KEY, language);
  } catch {
    // See above.
  }
}
