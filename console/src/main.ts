/** Puts the console together: token, REST client, router, texts. */
import type { ConsoleToken } from '@zhenxue/protocol';
import { createApp, type Ref, ref, shallowRef, watchEffect } from 'vue';
import type { Composer } from 'vue-i18n';
import { createApi } from './api/client.ts';
import { loadToken, saveToken } from './api/credentials.ts';
import ConsoleApp from './ConsoleApp.vue';
import { chooseLanguage, rememberLanguage } from './i18n/language.ts';
import { createTranslator } from './i18n/setup.ts';
import { CONSOLE, type ConsoleContext } from './parts/context.ts';
import { createConsoleRouter } from './router.ts';
import './theme/base.css';

function start(selector: string): () => void {
  const now = (): number => Date.now();
  const user: Ref<ConsoleToken | null> = shallowRef(loadToken(sessionStorage, now()));
  const expired = ref(false);
  const translator = createTranslator(chooseLanguage(localStorage, navigator.languages));
  const composer = translator.global as unknown as Composer;
  const router = createConsoleRouter(() => user.value !== null);

  function keep(token: ConsoleToken | null): void {
    user.value = token;
    saveToken(sessionStorage, token);
  }
  const context: ConsoleContext = {
    user,
    expired,
    now,
    api: createApi({
      fetch: (url, init) => fetch(url, init),
      token: () => user.value?.token ?? null,
      onExpired: () => {
        if (user.value === null) return;
        keep(null);
        expired.value = true;
        const next = router.currentRoute.value.fullPath;
        void router.replace({ name: 'sign-in', query: next === '/sessions' ? {} : { next } });
      },
    }),
    signIn: (token) => {
      keep(token);
      expired.value = false;
    },
    signOut: () => {
      keep(null);
      void router.push({ name: 'sign-in' });
    },
    toggleLanguage: () => {
      const language = composer.locale.value === 'en' ? 'zh-CN' : 'en';
      composer.locale.value = language;
      rememberLanguage(localStorage, language);
    },
  };

  const stopTitle = watchEffect(() => {
    document.documentElement.lang = composer.locale.value;
    document.title = `${composer.t('product')} · ${composer.t('tagline')}`;
  });
  const app = createApp(ConsoleApp).use(translator).use(router).provide(CONSOLE, context);
  app.mount(selector);
  return () => {
    stopTitle();
    app.unmount();
  };
}

start('#app');
