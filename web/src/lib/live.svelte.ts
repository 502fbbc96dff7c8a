/** Follows the hub's event stream and keeps the newest state. */
import { apply } from './apply';
import { login, logout } from './login';
import type { Change, State } from './wire';

/** The hub sends an event at least every 10 s; after this silence the page reconnects. */
const SILENCE_TIMEOUT_MS = 25_000;

const REQUEST_TIMEOUT_MS = 10_000;

/** The wait before the first retry; it doubles with each attempt up to the maximum. */
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 10_000;

/** How long a row counts as new. */
const FRESH_MS = 2_000;

/** The shortest time between two reloads because of a new version of the hub. */
const MIN_RELOAD_INTERVAL_MS = 60_000;
const RELOADED_AT = 'tether-reloaded-at';

class Live {
  /** The page's current view. */
  view = $state<'loading' | 'login' | 'open'>('loading');
  /** The newest state, replaced as a whole; rows that did not change stay the same objects. */
  state = $state.raw<State>();
  /** When the connection was lost; unset while it is up. */
  lostAt = $state.raw<Date>();
  /** The reason why the last sign-in failed. */
  loginError = $state('');

  #source: EventSource | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  /** New and changed rows by id, with the time until which they count as new. */
  #fresh = new Map<string, number>();

  /** Loads the state and follows the events. With a token it signs in first. */
  async start(token?: string): Promise<void> {
    addEventListener('online', () => this.#retryNow());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.#retryNow();
    });
    if (token === undefined) await this.#open();
    else await this.login(token);
  }

  async login(secret: string): Promise<void> {
    const error = await login(secret, REQUEST_TIMEOUT_MS);
    this.loginError = error ?? '';
    if (error === undefined) await this.#open();
    else this.view = 'login';
  }

  async logout(): Promise<void> {
    this.#close();
    await logout(REQUEST_TIMEOUT_MS);
    this.loginError = '';
    this.#showLogin();
  }

  /** True for a row that has just appeared or changed. */
  isFresh(id: string): boolean {
    return (this.#fresh.get(id) ?? 0) > Date.now();
  }

  /** Fetches the state first, because an EventSource does not report why it failed. */
  async #open(): Promise<void> {
    this.#close();
    let response: Response;
    try {
      response = await fetch('/api/state', { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
      if (response.status === 401) {
        this.loginError = this.state
          ? 'The hub has restarted or your session has ended. Sign in again.'
          : '';
        this.#showLogin();
        return;
      }
      if (!response.ok) throw new Error(response.statusText);
      this.#setState((await response.json()) as State);
    } catch {
      this.#onLost();
      this.#retryLater();
      return;
    }
    this.view = 'open';
    this.#subscribe();
  }

  #subscribe(): void {
    const source = new EventSource('/api/events');
    this.#source = source;
    this.#restartWatchdog();
    source.addEventListener('state', (event) => {
      this.#onMessage();
      this.#setState(JSON.parse(event.data) as State);
    });
    source.addEventListener('change', (event) => {
      this.#onMessage();
      const change = JSON.parse(event.data) as Change;
      if (this.state) this.#setState(apply(this.state, change), change);
    });
    source.addEventListener('alive', () => this.#onMessage());
    source.addEventListener('error', () => {
      this.#onLost();
      // While it is connecting, the browser retries by itself and resumes where it was.
      if (source.readyState === EventSource.CLOSED) this.#retryLater();
    });
  }

  #setState(state: State, change?: Change): void {
    if (this.state && this.state.hub.version !== state.hub.version) reload();
    const now = Date.now();
    for (const [id, until] of this.#fresh) if (until <= now) this.#fresh.delete(id);
    for (const row of change?.routes ?? []) this.#fresh.set(row.id, now + FRESH_MS);
    this.state = state;
  }

  #onMessage(): void {
    this.lostAt = undefined;
    this.#attempts = 0;
    this.#restartWatchdog();
  }

  #restartWatchdog(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#onLost();
      void this.#open();
    }, SILENCE_TIMEOUT_MS);
  }

  #onLost(): void {
    this.lostAt ??= new Date();
  }

  /** Retries after a wait, in part random, so that many pages do not reconnect at once. */
  #retryLater(): void {
    this.#close();
    const wait = Math.min(FIRST_RETRY_MS * 2 ** this.#attempts, MAX_RETRY_MS);
    this.#attempts += 1;
    this.#retry = setTimeout(() => void this.#open(), wait * (0.5 + Math.random() / 2));
  }

  /** Ends a wait for the next retry. */
  #retryNow(): void {
    if (this.#retry !== undefined) void this.#open();
  }

  #showLogin(): void {
    this.#close();
    this.view = 'login';
    this.state = undefined;
    this.lostAt = undefined;
    this.#attempts = 0;
  }

  #close(): void {
    clearTimeout(this.#watchdog);
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#source?.close();
    this.#source = undefined;
  }
}

/** Loads the page again after an upgrade of the hub. */
function reload(): void {
  const last = Number(sessionStorage.getItem(RELOADED_AT) ?? 0);
  // Two hubs of different versions behind one address must not cause a reload loop.
  if (Date.now() - last < MIN_RELOAD_INTERVAL_MS) return;
  sessionStorage.setItem(RELOADED_AT, String(Date.now()));
  location.reload();
}

export const live = new Live();
