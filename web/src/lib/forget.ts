/** Forgets a lost agent, and works out which routes that removes. */
import { OWN_PAGE } from './login';
import { count } from './text';
import type { AgentView, RouteView } from './wire';

const REQUEST_TIMEOUT_MS = 10_000;

type Name = Pick<AgentView, 'name' | 'env'>;

/** Counts the routes that only this agent defines, and those that it shares with others. */
export function forgetCost(agent: Name, routes: RouteView[]): { gone: number; shared: number } {
  const cost = { gone: 0, shared: 0 };
  for (const route of routes) {
    if (route.env !== agent.env) continue;
    const own = route.origins.filter((origin) => origin.agent === agent.name).length;
    if (own > 0 && own === route.origins.length) cost.gone += 1;
    else if (own > 0) cost.shared += 1;
  }
  return cost;
}

/** Describes the cost in words. */
export function costText({ gone, shared }: ReturnType<typeof forgetCost>): string {
  const own =
    gone === 0 ? 'No route is removed.' : `${count(gone, 'route')} will be removed at once.`;
  const others =
    shared === 0 ? '' : ` ${count(shared, 'route')} will still be served by other hosts.`;
  return own + others;
}

/** Asks the hub to forget the agent. Returns the reason if it did not. */
export async function forget(agent: Name): Promise<string | undefined> {
  try {
    const response = await fetch('/api/forget', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...OWN_PAGE },
      body: JSON.stringify({ agent: agent.name, env: agent.env }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    // Another tab may have done the same before.
    if (response.ok || response.status === 404) return undefined;
    if (response.status === 409) {
      return 'The agent has just reconnected. To take its host out, run tetherd drain there.';
    }
    if (response.status === 401) return 'Your session has ended. Reload this page.';
    return `The hub answered ${response.status}. See its log.`;
  } catch {
    return 'The hub does not answer. Is it running?';
  }
}
