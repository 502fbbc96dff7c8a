import { expect, test } from 'vitest';

import { engine, exactPlace, place } from './text';

test('a place is named as exactly as it is known', () => {
  const container = { agent: 'nas', engine: 'unix:///docker.sock', container: 'web' };
  expect(place(container)).toBe('nas › web');
  expect(exactPlace(container)).toBe('nas › unix:///docker.sock › web');
  expect(place({ file: 'dynamic.yml' })).toBe('file dynamic.yml');
  expect(place({})).toBe('hub');
});

test('an engine is called by where it is', () => {
  expect(engine('unix:///docker.sock')).toBe('/docker.sock');
  expect(engine('tcp://nas:2375')).toBe('tcp://nas:2375');
  expect(engine('swarm+unix:///docker.sock')).toBe('swarm /docker.sock');
});
