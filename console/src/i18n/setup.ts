/** Builds the translator and proves that every closed list of the contract has its words. */
import type { Attribution, EndReason, FindingKind, Outcome, RuleId, Severity } from '@zhenxue/protocol';
import { createI18n, type I18n } from 'vue-i18n';
import type { FailureCode } from '../api/failure.ts';
import { en } from './en.ts';
import type { Language } from './language.ts';
import { type Messages, zh } from './zh.ts';

interface ClosedLists {
  readonly outcome: Readonly<Record<Outcome, string>>;
  readonly ended: Readonly<Record<EndReason, string>>;
  readonly rule: Readonly<Record<RuleId, string>>;
  readonly kind: Readonly<Record<FindingKind, string>>;
  readonly severity: Readonly<Record<Severity, string>>;
  readonly attribution: Readonly<Record<Attribution, string>>;
  readonly error: Readonly<Record<FailureCode, string>>;
}

/** The compiler refuses a language in which a code has no words. */
const languages: Readonly<Record<Language, Messages & ClosedLists>> = { 'zh-CN': zh, en };

/** A translator of its own, so that two consoles can live side by side. */
export function createTranslator(language: Language): I18n {
  return createI18n({
    legacy: false,
    locale: language,
    fallbackLocale: 'en',
    messages: languages as Record<Language, Messages>,
  }) as unknown as I18n;
}
