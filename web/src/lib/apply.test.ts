import { expect, test } from 'vitest';

import { apply } from './apply';
import type { AgentView, Change, ProblemView, RouteView, State } from './wire';

function agent(name: string, state: AgentView['state'] = 'live'): AgentView {
  return {
    id: `default/${name}`,
    name,
    env: 'default',
    state,
    since: 0,
    version: '1',
    peer: '10.0.0.1',
    engines: [],
    routes: 0,
    problems: 0,
  };
}

function route(name: string, rule = `Host(\`${name}\`)`): RouteView {
  return {
    id: `default/http/${name}`,
    env: 'default',
    section: 'http',
    name,
    rule,
    fault: null,
    entry_points: [],
    middlewares: [],
    service: name,
    tls: false,
    links: [],
    gateways: [],
    servers: [],
    origins: [],
    state: 'live',
  };
}

function problem(id: string): ProblemView {
  return { id, env: null, origin: {}, code: 'no_port', severity: 'error', message: id };
}

const hub = { version: '1', snapshot: 1, ready: true, awaited: [], gateways: [] };

function change(part: Partial<Change>): Change {
  return {
    hub: { ...hub, snapshot: 2 },
    agents: [],
    routes: [],
    problems: [],
    removed: { agents: [], routes: [], problems: [] },
    ...part,
  };
}

const before: State = {
  hub,
  agents: [agent('a'), agent('b')],
  routes: [route('a'), route('c')],
  problems: [problem('p')],
};

test('new rows are inserted in the order of ids', () => {
  const after = apply(before, change({ routes: [route('d'), route('b')] }));
  expect(after.routes.map((row) => row.name)).toEqual(['a', 'b', 'c', 'd']);
  expect(after.hub.snapshot).toBe(2);
});

test('a changed row replaces the old one; the other rows stay the same objects', () => {
  const after = apply(before, change({ agents: [agent('b', 'held')] }));
  expect(after.agents.map((row) => row.state)).toEqual(['live', 'held']);
  expect(after.agents[0]).toBe(before.agents[0]);
  expect(after.routes).toBe(before.routes);
});

test('removed rows disappear, and a row can come back', () => {
  const gone = change({
    removed: { agents: ['default/a'], routes: ['default/http/c'], problems: ['p'] },
  });
  const after = apply(before, gone);
  expect(after.agents.map((row) => row.name)).toEqual(['b']);
  expect(after.routes.map((row) => row.name)).toEqual(['a']);
  expect(after.problems).toEqual([]);
  expect(apply(after, change({ routes: [route('c')] })).routes.map((row) => row.name)).toEqual([
    'a',
    'c',
  ]);
});

test('the previous state is not modified', () => {
  const copy = structuredClone(before);
  apply(
    before,
    change({
      routes: [route('a', 'other')],
      removed: { agents: ['default/a'], routes: [], problems: [] },
    }),
  );
  expect(before).toEqual(copy);
});

test('removing an unknown row is not an error', () => {
  const nothing = change({ removed: { agents: ['x'], routes: ['y'], problems: ['z'] } });
  expect(apply(before, nothing).routes).toEqual(before.routes);
});
