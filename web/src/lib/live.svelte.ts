/** The hub's stream in; the newest state, and whether it is to be believed, out. */
import { apply } from './apply';
import { login, logout } from './login';
import type { Change, State } from './wire';

/** A stream says something each 10 s; after this silence it is given up. */
const SILENCE_LIMIT = 25_000;

/** How long one request may take. */
const REQUEST_LIMIT = 10_000;

/** The first wait before another attempt, doubled by each up to the limit. */
const FIRST_RETRY = 500;
const RETRY_LIMIT = 10_000;

/** For how long a row counts as new. */
const FRESH_FOR = 2_000;

/** A page that was loaded again for a new hub does not do so once more within this time. */
const RELOAD_LIMIT = 60_000;
const RELOADED_AT = 'tether-reloaded-at';

class Live {
  /** What is to be shown at all. */
  view = $state<'loading' | 'login' | 'open'>('loading');
  /** The newest state. Replaced as a whole: rows that did not change stay the same objects. */
  state = $state.raw<State>();
  /** Since when the hub is not heard. */
  lostAt = $state.raw<Date>();
  /** Why the last login failed. */
  refused = $state('');

  #source: EventSource | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  /** New and changed rows, by id, with the time until which they are. */
  #fresh = new Map<string, number>();

  /** Starts with the state; with a token it logs in before. */
  async start(token?: string): Promise<void> {
    addEventListener('online', () => this.#again());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.#again();
    });
    if (token === undefined) await this.#open();
    else await this.login(token);
  }

  async login(secret: string): Promise<void> {
    const refused = await login(secret, REQUEST_LIMIT);
    this.refused = refused ?? '';
    if (refused === undefined) await this.#open();
    else this.view = 'login';
  }

  async logout(): Promise<void> {
    this.#close();
    await logout(REQUEST_LIMIT);
    this.refused = '';
    this.#toLogin();
  }

  /** True for a row that has just come or changed. */
  isFresh(id: string): boolean {
    return (this.#fresh.get(id) ?? 0) > Date.now();
  }

  /** An EventSource cannot tell why it was refused, so the state is asked for first. */
  async #open(): Promise<void> {
    this.#close();
    let response: Response;
    try {
      response = await fetch('/api/state', { signal: AbortSignal.timeout(REQUEST_LIMIT) });
      if (response.status === 401) {
        // Tells people who have seen the dashboard before where it went.
        this.refused = this.state
          ? 'The hub was started again or your login ended: sign in again.'
          : '';
        this.#toLogin();
        return;
      }
      if (!response.ok) throw new Error(response.statusText);
      this.#take((await response.json()) as State);
    } catch {
      this.#lose();
      this.#later();
      return;
    }
    this.view = 'open';
    this.#listen();
  }

  #listen(): void {
    const source = new EventSource('/api/events');
    this.#source = source;
    this.#watch();
    source.addEventListener('state', (event) => {
      this.#heard();
      this.#take(JSON.parse(event.data) as State);
    });
    source.addEventListener('change', (event) => {
      this.#heard();
      const change = JSON.parse(event.data) as Change;
      if (this.state) this.#take(apply(this.state, change), change);
    });
    source.addEventListener('alive', () => this.#heard());
    source.addEventListener('error', () => {
      this.#lose();
      // While it is connecting, the browser tries again by itself and goes on where it was.
      if (source.readyState === EventSource.CLOSED) this.#later();
    });
  }

  #take(state: State, change?: Change): void {
    if (this.state && this.state.hub.version !== state.hub.version) reload();
    const now = Date.now();
    for (const [id, until] of this.#fresh) if (until <= now) this.#fresh.delete(id);
    for (const row of change?.routes ?? []) this.#fresh.set(row.id, now + FRESH_FOR);
    this.state = state;
  }

  #heard(): void {
    this.lostAt = undefined;
    this.#attempts = 0;
    this.#watch();
  }

  #watch(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#lose();
      void this.#open();
    }, SILENCE_LIMIT);
  }

  #lose(): void {
    this.lostAt ??= new Date();
  }

  /** Tries again after a while, a random part of it so that many pages do not come at once. */
  #later(): void {
    this.#close();
    const wait = Math.min(FIRST_RETRY * 2 ** this.#attempts, RETRY_LIMIT);
    this.#attempts += 1;
    this.#retry = setTimeout(() => void this.#open(), wait * (0.5 + Math.random() / 2));
  }

  /** Tries again at once, if it waits to. */
  #again(): void {
    if (this.#retry !== undefined) void this.#open();
  }

  #toLogin(): void {
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

/** The page may be older than the hub after an upgrade. */
function reload(): void {
  const last = Number(sessionStorage.getItem(RELOADED_AT) ?? 0);
  // Two hubs of different versions behind one address must not make it blink.
  if (Date.now() - last < RELOAD_LIMIT) return;
  sessionStorage.setItem(RELOADED_AT, String(Date.now()));
  location.reload();
}

export const live = new Live();
