import { type Bilingual, ERROR_CODES, type ErrorCode } from '@zhenxue/protocol';

/** Codes that only the SDK knows, besides the server's. */
export const CLIENT_CODES = [
  'second-tab',
  'unreachable',
  'ticket-failed',
  'stopped',
  'destroyed',
  'clock-unavailable',
  'unsupported-version',
] as const;

/** Every code of a {@link MonitorError}. */
export type MonitorErrorCode = ErrorCode | (typeof CLIENT_CODES)[number];

const TEXTS: Readonly<Partial<Record<MonitorErrorCode, Bilingual>>> = {
  'second-tab': {
    zh: '本课程已在另一个标签页中打开，请回到那里继续学习，或先关闭它。',
    en: 'This lesson is already open in another tab. Go on there, or close it first.',
  },
  unreachable: {
    zh: '暂时无法连接学习监管服务，请检查网络后重试。',
    en: 'The monitoring service cannot be reached. Check the network and try again.',
  },
  'ticket-failed': {
    zh: '培训平台没有给出学习凭证，请刷新页面或联系平台。',
    en: 'The training platform gave no ticket. Reload the page or ask the platform.',
  },
  stopped: { zh: '监管已停止。', en: 'Monitoring was stopped before it began.' },
  destroyed: {
    zh: '监管组件已销毁，请重新创建。',
    en: 'This monitor was destroyed; create a new one.',
  },
  'clock-unavailable': {
    zh: '浏览器不允许启动计时线程，请更换浏览器或联系平台。',
    en: 'The browser refused the clock worker; check the page’s worker-src policy.',
  },
  'unsupported-version': {
    zh: '监管组件版本过旧，请刷新页面。',
    en: 'This SDK is too old for the server. Reload the page.',
  },
  'platform-banned': {
    zh: '该培训平台已被暂停线上培训资格。',
    en: 'This training platform is banned at present.',
  },
  'platform-unlisted': {
    zh: '该培训平台未列入统一监管平台。',
    en: 'This training platform is not listed in the supervision platform.',
  },
  'session-ended': { zh: '本次学习已结束。', en: 'This sitting is over.' },
  'ticket-expired': {
    zh: '学习凭证已过期，请刷新页面。',
    en: 'The ticket has expired. Reload the page.',
  },
};

const OTHER: Bilingual = {
  zh: '学习监管服务拒绝了请求，请刷新页面后重试。',
  en: 'The monitoring service refused. Reload the page and try again.',
};

/** What `start()` rejects with and the `error` event carries. Holds no token and no content. */
export class MonitorError extends Error {
  readonly code: MonitorErrorCode;
  /** For the learner, in both languages. */
  readonly text: Bilingual;

  constructor(code: MonitorErrorCode, cause?: unknown) {
    const text = TEXTS[code] ?? OTHER;
    super(text.en, cause === undefined ? {} : { cause });
    this.name = 'MonitorError';
    this.code = code;
    this.text = text;
  }
}

/** Narrows a code read from the network to the closed list; unknown ones become `internal`. */
export function knownCode(code: unknown): ErrorCode {
  const found = ERROR_CODES.find((known) => known === code);
  return found ?? 'internal';
}
