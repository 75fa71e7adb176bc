/** Pages by address, below `/console/`. Pages are loaded when they are first opened. */
import {
  createRouter,
  createWebHistory,
  type RouteLocationNormalized,
  type RouteLocationRaw,
  type Router,
} from 'vue-router';

/** Address of the page to return to after signing in; only addresses inside the console are taken. */
export function returnAddress(query: RouteLocationNormalized['query']): string {
  const next = query.next;
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : '/sessions';
}

/**
 * Builds the router.
 * @param signedIn whether the pages that need a token may be opened.
 */
export function createConsoleRouter(signedIn: () => boolean): Router {
  const router = createRouter({
    history: createWebHistory('/console/'),
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes: [
      { path: '/', redirect: '/sessions' },
      {
        path: '/sign-in',
        name: 'sign-in',
        meta: { open: true },
        component: () => import('./pages/SignInPage.vue'),
      },
      { path: '/sessions', name: 'sessions', component: () => import('./pages/SessionsPage.vue') },
      { path: '/sessions/:id', name: 'session', component: () => import('./pages/SessionPage.vue') },
      {
        path: '/platforms',
        name: 'platforms',
        meta: { open: true },
        component: () => import('./pages/PlatformsPage.vue'),
      },
      { path: '/:rest(.*)*', redirect: '/sessions' },
    ],
  });
  router.beforeEach((to): RouteLocationRaw | true => {
    if (to.meta.open === true || signedIn()) return true;
    return { name: 'sign-in', query: to.fullPath === '/sessions' ? {} : { next: to.fullPath } };
  });
  return router;
}
