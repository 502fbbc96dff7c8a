import { expect, test } from 'vitest';

import { openable, otherLinks, pieces } from './rule';

const text = (rule: string) =>
  pieces(rule, [])
    .map((piece) => piece.text)
    .join('');

test.each([
  'Host(`a.example.com`) && (PathPrefix(`/api`) || Header(`X-A`, `b`))',
  'Host("a.example.com", `b.example.com`)',
  'HostSNI(`*`)',
  'Host(`unclosed',
  'Host(`a)b`) && !Path(`)`)',
  '',
  '<img src=x onerror=alert(1)>',
])('the pieces of %j add up to the rule', (rule) => {
  expect(text(rule)).toBe(rule);
});

test('hosts are distinguished from other values, and get the link of their name', () => {
  const all = pieces('Host(`A.example.com`) && Path(`/a.example.com`)', ['https://a.example.com/']);
  expect(all.filter((piece) => piece.kind === 'host')).toEqual([
    { kind: 'host', text: 'A.example.com', link: 'https://a.example.com/' },
  ]);
  expect(otherLinks(all, ['https://a.example.com/', 'http://b.example.com/'])).toEqual([
    'http://b.example.com/',
  ]);
});

test.each(['javascript:alert(1)', 'data:text/html,x', 'ftp://a/', '//a', 'a', ''])(
  '%j is never a link',
  (link) => {
    expect(openable(link)).toBeUndefined();
    expect(otherLinks([], [link])).toEqual([]);
  },
);
