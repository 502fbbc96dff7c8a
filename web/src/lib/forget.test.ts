import { expect, test } from 'vitest';

import { forgetCost, costText } from './forget';
import type { Origin, RouteView } from './wire';

function route(env: string, ...origins: Origin[]): RouteView {
  return {
    id: '',
    env,
    section: 'http',
    name: '',
    rule: '',
    fault: null,
    entry_points: [],
    middlewares: [],
    service: '',
    tls: false,
    links: [],
    gateways: [],
    servers: [],
    origins,
    state: 'held',
  };
}

test('a route is removed if no other agent defines it', () => {
  const agent = { name: 'nas', env: 'default' };
  const routes = [
    route('default', { agent: 'nas', container: 'a' }, { agent: 'nas', container: 'b' }),
    route('default', { agent: 'nas' }, { agent: 'pi' }),
    route('default', { agent: 'nas' }, { file: 'dynamic.yml' }),
    route('default', { agent: 'pi' }),
    route('default', { file: 'dynamic.yml' }),
    route('default'),
    route('lab', { agent: 'nas' }),
  ];
  expect(forgetCost(agent, routes)).toEqual({ gone: 1, shared: 2 });
});

test.each([
  [0, 0, 'No route is removed.'],
  [1, 0, '1 route will be removed at once.'],
  [1200, 1, '1,200 routes will be removed at once. 1 route will still be served by other hosts.'],
  [0, 2, 'No route is removed. 2 routes will still be served by other hosts.'],
])('the text for %i removed and %i shared routes', (gone, shared, text) => {
  expect(costText({ gone, shared })).toBe(text);
});
