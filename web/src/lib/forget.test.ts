import { expect, test } from 'vitest';

import { loss, lossWords } from './forget';
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
    servers: [],
    origins,
    state: 'held',
  };
}

test('a route goes if nobody else asks for it', () => {
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
  expect(loss(agent, routes)).toEqual({ gone: 1, shared: 2 });
});

test.each([
  [0, 0, 'No route goes with it.'],
  [1, 0, '1 route goes at once.'],
  [1200, 1, '1,200 routes go at once. 1 route stays with other hosts.'],
  [0, 2, 'No route goes with it. 2 routes stay with other hosts.'],
])('%i gone and %i shared are said', (gone, shared, words) => {
  expect(lossWords({ gone, shared })).toBe(words);
});
