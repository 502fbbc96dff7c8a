/** A lost agent in; what forgetting it costs, and the hub's answer to it, out. */
import { OWN_PAGE } from './login';
import { count } from './text';
import type { AgentView, RouteView } from './wire';

/** How long the request may take, in milliseconds. */
const LIMIT = 10_000;

type Name = Pick<AgentView, 'name' | 'env'>;

/** The routes that only this agent's containers ask for, and those that others share. */
export function loss(agent: Name, routes: RouteView[]): { gone: number; shared: number } {
  const cost = { gone: 0, shared: 0 };
  for (const route of routes) {
    if (route.env !== agent.env) continue;
    const own = route.origins.filter((origin) => origin.agent === agent.name).length;
    if (own > 0 && own === route.origins.length) cost.gone += 1;
    else if (own > 0) cost.shared += 1;
  }
  return cost;
}

/** What forgetting it costs, for people. */
export function lossWords({ gone, shared }: ReturnType<typeof loss>): string {
  const own =
    gone === 0
      ? 'No route goes with it.'
      : `${count(gone, 'route')} ${gone === 1 ? 'goes' : 'go'} at once.`;
  const others =
    shared === 0
      ? ''
      : ` ${count(shared, 'route')} ${shared === 1 ? 'stays' : 'stay'} with other hosts.`;
  return own + others;
}

/** Nothing if the hub has forgotten the agent, or why it has not. */
export async function forget(agent: Name): Promise<string | undefined> {
  try {
    const response = await fetch('/api/forget', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...OWN_PAGE },
      body: JSON.stringify({ agent: agent.name, env: agent.env }),
      signal: AbortSignal.timeout(LIMIT),
    });
    // Another tab may have done the same before.
    if (response.ok || response.status === 404) return undefined;
    if (response.status === 409) {
      return 'It has just come back. To take its host out, drain it: tetherd drain.';
    }
    if (response.status === 401) return 'Your login ended: load this page again.';
    return `The hub answered ${response.status}. Its log tells more.`;
  } catch {
    return 'The hub does not answer. Is it running?';
  }
}
