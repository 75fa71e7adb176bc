/**
 * Every code of a `MonitorError` with a stable number, what to tell the learner, and what to do about it. Numbers are never
 * given anew: 1… the learner can act, 2… the page or its backend, 3… wait, 4… the SDK deals with it or data were changed.
 * A file of its own (`@zhenxue/client-sdk/errors`): a page that shows its own texts needs none of it.
 */
import type { Bilingual } from '@zhenxue/protocol';
import type { MonitorErrorCode } from '../core/errors.ts';

/** One code. */
export interface ErrorEntry {
  readonly number: number;
  readonly code: MonitorErrorCode;
  readonly learner: Bilingual;
  readonly page: Bilingual;
}

type Row = readonly [number: number, learnerZh: string, learnerEn: string, pageZh: string, pageEn: string];

/** By code; the type makes a missing one an error of the compiler. */
const ROWS: Readonly<Record<MonitorErrorCode, Row>> = {
  'second-tab': [
    1001,
    '本课程已在另一个标签页中打开，请回到那里继续学习，或先关闭它。',
    'This lesson is already open in another tab. Go on there, or close it first.',
    '无需处理；由浏览器锁保证只有一个标签页发送。',
    'Nothing to do: a browser lock lets one tab only send.',
  ],
  'challenge-void': [
    1008,
    '这次核验已结束，请按新的提示重新核验。',
    'This check is over. Follow the next one.',
    '无需处理；服务器需要时会再次发起。',
    'Nothing to do: the server asks anew when it needs to.',
  ],
  'consent-required': [
    1009,
    '需要您先同意使用摄像头和人脸比对。',
    'You have to agree to the camera and the comparison first.',
    '在打开摄像头之前取得同意，并告知服务器。',
    'Get the consent before the camera is opened, and tell the server.',
  ],
  'not-enrolled': [
    1010,
    '还没有您的报名照片，请先完成人脸采集。',
    'There are no enrolment photos of you. Please enrol first.',
    '先用 createEnrolment 或 /v1/enrolments 采集照片。',
    'Enrol the learner first, with createEnrolment or /v1/enrolments.',
  ],
  unreachable: [
    1002,
    '暂时无法连接学习监管服务，请检查网络后重试。',
    'The monitoring service cannot be reached. Check the network and try again.',
    '检查 connect-src、script-src 与代理；运行 monitor.diagnose()。',
    'Check connect-src, script-src and proxies; run monitor.diagnose().',
  ],
  'session-ended': [
    1003,
    '本次学习已结束。',
    'This sitting is over.',
    '如需继续，请重新申请学习凭证。',
    'Ask for a new ticket to go on.',
  ],
  'lesson-locked': [
    1004,
    '请先学完前面的课时。',
    'Please finish the earlier lessons first.',
    '专业课程须按顺序开课。',
    'Lessons of a specialised course are opened in order.',
  ],
  'platform-banned': [
    1005,
    '该培训平台目前被暂停线上培训资格，请联系平台。',
    'This training platform is banned at present. Please ask the platform.',
    '响应中的 banEndsOn 为最后一日，可提出申诉。',
    'banEndsOn in the answer is the last day; you may appeal.',
  ],
  'platform-unlisted': [
    1006,
    '该培训平台未列入统一监管平台，请联系平台。',
    'This training platform is not listed. Please ask the platform.',
    '先完成备案。',
    'Have the platform listed first.',
  ],
  'photo-unusable': [
    1007,
    '照片无法使用，请重新拍摄。',
    'The photo cannot be used. Please take it again.',
    '只接受 JPEG、PNG、WebP。',
    'Only JPEG, PNG and WebP are taken.',
  ],
  'ticket-failed': [
    2001,
    '培训平台没有给出学习凭证，请刷新页面或联系平台。',
    'The training platform gave no ticket. Reload the page or ask the platform.',
    'getTicket 连续失败；检查后端接口与日志。',
    'getTicket failed again and again; look at your backend.',
  ],
  'ticket-missing': [
    2002,
    '请刷新页面后重试。',
    'Please reload the page.',
    'getTicket 没有返回凭证。',
    'getTicket gave no ticket.',
  ],
  'ticket-invalid': [
    2003,
    '请刷新页面后重试。',
    'Please reload the page.',
    '凭证不是本系统签发，检查测试与正式环境。',
    'The ticket is not of this server; check test against live.',
  ],
  'ticket-expired': [
    2004,
    '请刷新页面后重试。',
    'Please reload the page.',
    '在 start() 之前才申请凭证，并校准服务器时钟。',
    'Ask for the ticket right before start(); set the clocks.',
  ],
  'ticket-used': [
    2005,
    '请刷新页面后重试。',
    'Please reload the page.',
    '每张凭证只能用一次，勿缓存。',
    'Every ticket works once; do not cache it.',
  ],
  'clock-unavailable': [
    2006,
    '浏览器不允许启动计时线程，请更换浏览器或联系平台。',
    'The browser refused the clock worker. Try another browser or ask the platform.',
    '放行 worker-src blob:，或提供 zhenxue-clock.js。',
    'Allow worker-src blob:, or bring zhenxue-clock.js.',
  ],
  'unsupported-version': [
    2007,
    '请刷新页面后重试。',
    'Please reload the page.',
    '使用服务器 /sdk/ 下的 SDK；只兼容前一版本。',
    'Load the SDK that the server serves; one version back is understood.',
  ],
  unauthorized: [
    2008,
    '请重新登录培训平台。',
    'Please sign in to the training platform again.',
    '后端的访问密钥缺失或无效。',
    'The backend’s key is missing or invalid.',
  ],
  forbidden: [
    2009,
    '请联系培训平台。',
    'Please ask the training platform.',
    '密钥没有此项权限。',
    'The key lacks this scope.',
  ],
  'not-found': [
    2010,
    '请联系培训平台。',
    'Please ask the training platform.',
    'endpoint 地址有误，或对该密钥不可见。',
    'The endpoint is wrong, or nothing is there for this key.',
  ],
  'lesson-unknown': [
    2011,
    '请联系培训平台。',
    'Please ask the training platform.',
    '先登记课程：PUT /v1/courses/{course}。',
    'Register the course first: PUT /v1/courses/{course}.',
  ],
  'idempotency-conflict': [
    2012,
    '请刷新页面后重试。',
    'Please reload the page.',
    '新请求使用新的幂等键。',
    'Use a new key for a new request.',
  ],
  stopped: [
    2013,
    '学习已停止，请重新开始。',
    'Studying was stopped. Please start again.',
    'stop() 在 start() 完成之前被调用，或尚未开始。',
    'stop() came before start() was done, or nothing runs.',
  ],
  destroyed: [
    2014,
    '请刷新页面后重试。',
    'Please reload the page.',
    'destroy() 之后须新建监测器。',
    'After destroy() create a new monitor.',
  ],
  'rate-limited': [
    3001,
    '操作过于频繁，请稍候。',
    'Too many requests. Please wait a moment.',
    'SDK 会自动等待。',
    'The SDK waits by itself.',
  ],
  'slow-down': [
    3002,
    '服务繁忙，正在自动重试。',
    'The service is busy; retrying.',
    'SDK 会自动重发，数据未丢失。',
    'The SDK sends again by itself; nothing is lost.',
  ],
  unavailable: [
    3003,
    '服务暂时不可用，正在自动重试。',
    'The service is unavailable for the moment; retrying.',
    '运维查看 /readyz。',
    'Operators look at /readyz.',
  ],
  internal: [
    3004,
    '服务出现故障，请稍后重试。',
    'The service has a fault. Please try again later.',
    '附时间上报。',
    'Report it with the time of day.',
  ],
  'malformed-json': [
    4001,
    '请刷新页面后重试。',
    'Please reload the page.',
    '传输途中被改动或截断，检查代理。',
    'Changed or cut on the way; look at proxies.',
  ],
  'batch-too-large': [
    4002,
    '请刷新页面后重试。',
    'Please reload the page.',
    '勿改写 SDK 的批次。',
    'Do not change the SDK’s batches.',
  ],
  'invalid-batch': [
    4003,
    '请刷新页面后重试。',
    'Please reload the page.',
    'SDK 与服务器版本不符，或数据被改动。',
    'SDK and server do not match, or data were changed.',
  ],
  'invalid-request': [
    4004,
    '请刷新页面后重试。',
    'Please reload the page.',
    '对照 /v1/openapi.json。',
    'Compare with /v1/openapi.json.',
  ],
  'payload-too-large': [
    4005,
    '照片过大，请重新拍摄。',
    'The photo is too large. Please take it again.',
    '照片不超过 512 KiB。',
    'Photos: at most 512 KiB.',
  ],
  'out-of-order': [
    4006,
    '正在自动恢复，无需操作。',
    'Recovering; nothing to do.',
    'SDK 会自动补发。',
    'The SDK sends what is missing.',
  ],
  'chain-mismatch': [
    4007,
    '正在自动恢复，无需操作。',
    'Recovering; nothing to do.',
    'SDK 会以服务器记录为准重建。',
    'The SDK builds on what the server holds.',
  ],
  'session-unknown': [
    4008,
    '请刷新页面后重试。',
    'Please reload the page.',
    '重新申请学习凭证。',
    'Ask for a new ticket.',
  ],
  'wrong-session': [
    4009,
    '请刷新页面后重试。',
    'Please reload the page.',
    '每次学习使用各自的监测器。',
    'Use one monitor per sitting.',
  ],
  'photo-unexpected': [
    4010,
    '无需操作。',
    'Nothing to do.',
    '照片对应的要求已结束。',
    'The request for this photo is over.',
  ],
  'photo-hash-mismatch': [
    4011,
    '照片传输出错，请重新拍摄。',
    'The photo was damaged on the way. Please take it again.',
    '传输途中被改动，检查代理。',
    'Changed on the way; look at proxies.',
  ],
};

/** The table, by number. */
export const ERROR_TABLE: readonly ErrorEntry[] = Object.entries(ROWS)
  .map(([code, [number, learnerZh, learnerEn, pageZh, pageEn]]) => ({
    number,
    code: code as MonitorErrorCode,
    learner: { zh: learnerZh, en: learnerEn },
    page: { zh: pageZh, en: pageEn },
  }))
  .sort((a, b) => a.number - b.number);

/** The entry of a code; undefined for one of a newer server. */
export function errorEntry(code: string): ErrorEntry | undefined {
  return ERROR_TABLE.find((entry) => entry.code === code);
}
