import { expect, test } from 'vitest';

import { exactPlace, place } from './text';

test('a place is named as exactly as it is known', () => {
  const container = { agent: 'nas', engine: 'unix:///docker.sock', container: 'web' };
  expect(place(container)).toBe('nas › web');
  expect(exactPlace(container)).toBe('nas › unix:///docker.sock › web');
  expect(place({ file: 'dynamic.yml' })).toBe('file dynamic.yml');
  expect(place({})).toBe('hub');
});
