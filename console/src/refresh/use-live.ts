/** Data of a page that may refresh itself. */
import { onBeforeUnmount, onMounted, type Ref, ref, type ShallowRef, shallowRef } from 'vue';
import { ApiFailure } from '../api/failure.ts';
import { REFRESH_MS, startPoller } from './poller.ts';

/** Loaded data, the last failure, and a way to load at once. */
export interface Live<T> {
  readonly data: ShallowRef<T | null>;
  /** The failure of the latest request; null after a success. Data loaded before stays. */
  readonly failure: ShallowRef<ApiFailure | null>;
  readonly loading: Ref<boolean>;
  /** Loads now; an answer to an older request that comes later is dropped. */
  reload(): Promise<void>;
}

/** Options of {@link useLive}. */
export interface LiveOptions<T> {
  readonly load: () => Promise<T>;
  /** Combines what is shown with a refresh; default: the refresh replaces it. */
  readonly refresh?: (shown: T) => Promise<T>;
  /** Whether what is shown can still change. */
  readonly live: (shown: T | null) => boolean;
}

/** Loads when the component is mounted, refreshes while `live`, and stops with the component. */
export function useLive<T>(options: LiveOptions<T>): Live<T> {
  const data: ShallowRef<T | null> = shallowRef(null);
  const failure: ShallowRef<ApiFailure | null> = shallowRef(null);
  const loading = ref(true);
  let newest = 0;

  async function take(request: Promise<T>): Promise<void> {
    const mine = ++newest;
    try {
      const value = await request;
      if (mine !== newest) return;
      data.value = value;
      failure.value = null;
    } catch (error) {
      if (mine === newest)
        failure.value = error instanceof ApiFailure ? error : new ApiFailure('internal', 0);
    }
    if (mine === newest) loading.value = false;
  }
  function reload(): Promise<void> {
    loading.value = true;
    return take(options.load());
  }
  async function poll(): Promise<void> {
    const shown = data.value;
    if (!options.live(shown) || loading.value) return;
    await take(shown !== null && options.refresh !== undefined ? options.refresh(shown) : options.load());
  }

  let stop: (() => void) | null = null;
  onMounted(() => {
    void reload();
    stop = startPoller({
      run: poll,
      intervalMs: REFRESH_MS,
      page: document,
      schedule: (delayMs, task) => {
        const id = setTimeout(task, delayMs);
        return () => clearTimeout(id);
      },
    });
  });
  onBeforeUnmount(() => {
    newest = Number.POSITIVE_INFINITY;
    stop?.();
  });
  return { data, failure, loading, reload };
}
