/** What to do about each check that did not pass. */
import type { CheckId } from './diagnose.ts';

/** A sentence for the learner and one for whoever runs the page, in both languages. */
export interface Remedy {
  readonly learner: { readonly zh: string; readonly en: string };
  readonly page: { readonly zh: string; readonly en: string };
}

const RELOAD = {
  zh: '请更新浏览器，或换用 Chrome、Edge 后重试。',
  en: 'Update the browser, or try Chrome or Edge.',
};
const TELL = { zh: '请把此检查结果发给培训平台。', en: 'Send this report to the training platform.' };

/** By check. */
export const REMEDIES: Readonly<Record<CheckId, Remedy>> = {
  'secure-context': {
    learner: TELL,
    page: { zh: '页面须通过 HTTPS 打开。', en: 'Serve the page over HTTPS.' },
  },
  worker: {
    learner: RELOAD,
    page: {
      zh: '内容安全策略须允许 worker-src blob:，或用 effects.createWorker 提供 zhenxue-clock.js。',
      en: 'Allow worker-src blob: in the content policy, or bring zhenxue-clock.js by effects.createWorker.',
    },
  },
  clock: {
    learner: {
      zh: '检测到页面时间被修改。请停用变速、脚本类浏览器扩展后重新打开页面。',
      en: 'The page’s time is being changed. Switch off speed or script extensions and open the page again.',
    },
    page: { zh: '请勿改写 performance.now 与定时器。', en: 'Do not replace performance.now or timers.' },
  },
  storage: {
    learner: {
      zh: '请关闭无痕模式并清理磁盘空间；否则断网时刷新页面可能丢失学习记录。',
      en: 'Leave private mode and free some disk space, or a reload while offline may lose study records.',
    },
    page: { zh: '第三方 iframe 中存储可能被禁用。', en: 'Storage may be refused in a third-party iframe.' },
  },
  locks: {
    learner: { zh: '请只在一个标签页中学习。', en: 'Study in one tab only.' },
    page: {
      zh: '浏览器缺少 Web Locks，由服务器识别第二个标签页。',
      en: 'Web Locks are missing; the server finds a second tab.',
    },
  },
  server: {
    learner: {
      zh: '无法连接监管服务。请检查网络，关闭代理或拦截插件。',
      en: 'The service cannot be reached. Check the network, proxies and blockers.',
    },
    page: {
      zh: 'connect-src 与跨域设置须允许监管服务地址。',
      en: 'Allow the server’s address in connect-src and in its allowed origins.',
    },
  },
  socket: {
    learner: {
      zh: '连接中断，正在重试。请检查网络。',
      en: 'The connection is interrupted and being retried. Check the network.',
    },
    page: { zh: '代理须放行 WebSocket（wss:）。', en: 'Proxies must let WebSockets (wss:) through.' },
  },
  'camera-device': {
    learner: { zh: '没有找到摄像头，请连接后重试。', en: 'No camera was found. Connect one and try again.' },
    page: { zh: '无需处理。', en: 'Nothing to do.' },
  },
  'camera-permission': {
    learner: {
      zh: '浏览器已禁止使用摄像头。请点击地址栏旁的图标改为“允许”。',
      en: 'The browser refuses the camera. Press the sign beside the address and allow it.',
    },
    page: { zh: '无需处理。', en: 'Nothing to do.' },
  },
  'camera-policy': {
    learner: TELL,
    page: {
      zh: 'Permissions-Policy 须允许 camera；iframe 须有 allow="camera"。',
      en: 'Allow camera in Permissions-Policy; an iframe needs allow="camera".',
    },
  },
  'fullscreen-layer': {
    learner: RELOAD,
    page: {
      zh: '旧浏览器中弹窗显示在 container 内；全屏时请让播放器根元素作为 container。',
      en: 'In this old browser popups live inside of the container: give the player’s root as container.',
    },
  },
  'content-policy': {
    learner: TELL,
    page: {
      zh: '请按“内容安全策略”文档放行所列指令。',
      en: 'Allow the directives listed, as the page on content policies says.',
    },
  },
};
