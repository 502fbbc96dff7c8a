/** Describes what the gateways do. */
import type { GatewayRow, RouteStatus, RouteView, RouterStatus } from './wire';

const GATEWAY: Record<GatewayRow['state'], string> = {
  unknown: 'not asked yet',
  current: 'has the current configuration',
  waiting: 'is applying a change',
  behind: 'has not applied the current configuration',
  unreachable: 'does not answer',
};

const ROUTER: Record<RouterStatus, string> = {
  enabled: 'in use',
  warning: 'in use, but not as defined',
  disabled: 'refused',
  waiting: 'not applied yet',
  unknown: 'not known',
};

/** The order in which one state stands for several gateways. */
const WORST: RouterStatus[] = ['disabled', 'warning', 'waiting', 'unknown', 'enabled'];

/** The state of a gateway, and what is wrong with it. */
export function gatewayText(gateway: GatewayRow): string {
  return gateway.note ?? GATEWAY[gateway.state];
}

/** `edge: in use` */
export function statusText({ gateway, status }: RouteStatus): string {
  return `${gateway}: ${ROUTER[status]}`;
}

/** The badge of a route that not every gateway uses as it is defined; none if all do. */
export function badge(route: RouteView): { text: string; status: RouterStatus } | undefined {
  const status = WORST.find((one) => route.gateways.some((gateway) => gateway.status === one));
  switch (status) {
    case 'disabled':
      return { text: 'refused by Traefik', status };
    case 'warning':
      return { text: 'not used as defined', status };
    case 'waiting':
      return { text: 'applying', status };
    default:
      return undefined;
  }
}
