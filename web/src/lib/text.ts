/** Values in, words for people out. */
import type { Origin } from './wire';

const SWARM = 'swarm+';

export function count(number: number, one: string): string {
  return `${number.toLocaleString('en')} ${one}${number === 1 ? '' : 's'}`;
}

/** `12:03:04` */
export function clock(time: Date): string {
  return time.toLocaleTimeString('en-GB');
}

/** `12:03` today, `3 May, 12:03` before. */
export function since(milliseconds: number): string {
  const time = new Date(milliseconds);
  const isToday = time.toDateString() === new Date().toDateString();
  return time.toLocaleString('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(isToday ? {} : { day: 'numeric', month: 'short' }),
  });
}

/** `worker-1 › whoami`, or `file dynamic.yml`. */
export function place(origin: Origin): string {
  return join([origin.agent, origin.container, file(origin)]);
}

/** `worker-1 › unix:///var/run/docker.sock › whoami`, or `file dynamic.yml`. */
export function exactPlace(origin: Origin): string {
  return join([origin.agent, origin.engine, origin.container, file(origin)]);
}

/** `file dynamic.yml` for what comes from the hub's local file. */
export function file(origin: Origin): string {
  return origin.file ? `file ${origin.file}` : '';
}

function join(parts: (string | undefined)[]): string {
  return parts.filter(Boolean).join(' › ') || 'hub';
}

/** True for a swarm, which is an engine whose containers are tasks. */
export function isSwarm(endpoint: string): boolean {
  return endpoint.startsWith(SWARM);
}

/** `/var/run/docker.sock`, `tcp://nas:2375`, or `swarm` and the same of its manager. */
export function engine(endpoint: string): string {
  const manager = endpoint.replace(SWARM, '');
  return (isSwarm(endpoint) ? 'swarm ' : '') + manager.replace(/^unix:\/\//, '');
}

/** `unpublished port` for `unpublished_port`. */
export function words(code: string): string {
  return code.replaceAll('_', ' ');
}
