import { expect, test } from 'vitest';

import { filter } from './filter';

const rows = [
  { rule: 'Host(`Blog.example.com`)', tls: true, servers: [{ origin: { agent: 'nas' } }] },
  { rule: 'Host(`shop.example.com`)', tls: false, servers: [{ origin: { agent: 'attic' } }] },
];

test.each([
  ['', 2],
  ['  ', 2],
  ['example', 2],
  ['BLOG', 1],
  ['attic shop', 1],
  ['attic blog', 0],
  ['tls', 1],
  ['rule', 0],
])('%j finds %i', (query, count) => {
  expect(filter(rows, query)).toHaveLength(count);
});
