import { expect, test } from 'vitest';

import { engineText, fullOriginText, originText } from './text';

test('an origin names as much as is known', () => {
  const container = { agent: 'nas', engine: 'unix:///docker.sock', container: 'web' };
  expect(originText(container)).toBe('nas › web');
  expect(fullOriginText(container)).toBe('nas › unix:///docker.sock › web');
  expect(originText({ file: 'dynamic.yml' })).toBe('file dynamic.yml');
  expect(originText({})).toBe('hub');
});

test('an engine is named by its endpoint', () => {
  expect(engineText('unix:///docker.sock')).toBe('/docker.sock');
  expect(engineText('tcp://nas:2375')).toBe('tcp://nas:2375');
  expect(engineText('swarm+unix:///docker.sock')).toBe('swarm /docker.sock');
});
