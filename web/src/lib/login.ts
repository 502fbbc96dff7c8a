/** Signs in and out. */

/** A header that pages of other sites cannot send, against cross-site requests. */
export const OWN_PAGE = { 'X-Tether': '1' };

/** Set once this browser has signed in. Without a token the hub needs no sign-out button. */
const LOGGED_IN = 'tether-logged-in';

/** Returns the reason if the hub did not accept the secret. */
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
      return 'Wrong token. Use the TETHER_TOKEN or TETHER_WEB_TOKEN of this hub.';
    }
    if (response.status === 429) return 'Too many wrong tokens. Wait a minute, then try again.';
    return `The hub answered ${response.status}. See its log.`;
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
    // The page shows the sign-in form anyway; the cookie expires by itself.
  }
}

export function mayLogOut(): boolean {
  return localStorage.getItem(LOGGED_IN) !== null;
}
