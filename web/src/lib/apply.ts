/** Applies a change to a state. Rows that did not change stay the same objects. */
import type { Change, State } from './wire';

export function apply(state: State, change: Change): State {
  return {
    hub: change.hub,
    agents: rows(state.agents, change.agents, change.removed.agents),
    routes: rows(state.routes, change.routes, change.removed.routes),
    problems: rows(state.problems, change.problems, change.removed.problems),
  };
}

interface Row {
  id: string;
}

function rows<R extends Row>(old: R[], changed: R[], removed: string[]): R[] {
  if (changed.length === 0 && removed.length === 0) return old;
  const byId = new Map(old.map((row) => [row.id, row]));
  for (const id of removed) byId.delete(id);
  for (const row of changed) byId.set(row.id, row);
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
