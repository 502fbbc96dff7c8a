import { expect, test } from 'vitest';
import { badge, gatewayText, statusText } from './gateway';
import type { GatewayRow, RouteView, RouterStatus } from './wire';

function route(...all: RouterStatus[]): RouteView {
  const gateways = all.map((status) => ({ gateway: 'edge', status, errors: [] }));
  return { gateways } as unknown as RouteView;
}

test.each([
  [[], undefined],
  [['enabled'], undefined],
  [['unknown', 'enabled'], undefined],
  [['enabled', 'waiting'], 'waiting'],
  [['warning', 'waiting'], 'warning'],
  [['enabled', 'disabled'], 'disabled'],
] as [RouterStatus[], RouterStatus | undefined][])('%j has the badge %s', (all, status) => {
  expect(badge(route(...all))?.status).toBe(status);
});

test('the note of a gateway replaces its state', () => {
  const gateway = { state: 'unreachable', note: 'nothing listens' } as GatewayRow;
  expect(gatewayText(gateway)).toBe('nothing listens');
  expect(gatewayText({ ...gateway, note: null })).toBe('does not answer');
});

test('a status names its gateway', () => {
  expect(statusText({ gateway: 'edge', status: 'disabled', errors: [] })).toBe('edge: refused');
});
