/** A secret in; a session cookie, or the reason why there is none, out. */

/** Another site's page cannot send this header. */
export const OWN_PAGE = { 'X-Tether': '1' };

/** That this browser has logged in; a hub that asks for no token needs no way out. */
const LOGGED_IN = 'tether-logged-in';

export async function login(secret: string, limit: number): Promise<string | undefined> {
  try {
    const response = await fetch('/api/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...OWN_PAGE },
      body: JSON.stringify({ secret }),
      signal: AbortSignal.timeout(limit),
    });
    if (response.ok) {
      localStorage.setItem(LOGGED_IN, '1');
      return undefined;
    }
    if (response.status === 401) {
      return 'That is not the token of this hub. It is the one in TETHER_TOKEN or TETHER_WEB_TOKEN.';
    }
    if (response.status === 429) return 'Too many wrong tokens. Wait a minute, then try again.';
    return `The hub answered ${response.status}. Its log tells more.`;
  } catch {
    return 'The hub does not answer. Is it running?';
  }
}

export async function logout(limit: number): Promise<void> {
  localStorage.removeItem(LOGGED_IN);
  try {
    const signal = AbortSignal.timeout(limit);
    await fetch('/api/logout', { method: 'POST', headers: OWN_PAGE, signal });
  } catch {
    // The page shows the login all the same; the cookie ends by itself.
  }
}

export function mayLogOut(): boolean {
  return localStorage.getItem(LOGGED_IN) !== null;
}
