/** Formats values for display. */
import type { Origin, ProblemView } from './wire';

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
export function originText(origin: Origin): string {
  return join([origin.agent, origin.container, fileText(origin)]);
}

/** `worker-1 › unix:///var/run/docker.sock › whoami`, or `file dynamic.yml`. */
export function fullOriginText(origin: Origin): string {
  return join([origin.agent, origin.engine, origin.container, fileText(origin)]);
}

/** `file dynamic.yml` for the hub's local file; otherwise empty. */
export function fileText(origin: Origin): string {
  return origin.file ? `file ${origin.file}` : '';
}

function join(parts: (string | undefined)[]): string {
  return parts.filter(Boolean).join(' › ') || 'hub';
}

/** True for a swarm, whose containers are tasks. */
export function isSwarm(endpoint: string): boolean {
  return endpoint.startsWith(SWARM);
}

/** `/var/run/docker.sock`, `tcp://nas:2375`, or `swarm` and the same of its manager. */
export function engineText(endpoint: string): string {
  const manager = endpoint.replace(SWARM, '');
  return (isSwarm(endpoint) ? 'swarm ' : '') + manager.replace(/^unix:\/\//, '');
}

/** `unpublished port` for `unpublished_port`. */
export function codeText(code: string): string {
  return code.replaceAll('_', ' ');
}

/** Notes (`info`) are listed, but not counted as problems. */
export function isProblem(problem: ProblemView): boolean {
  return problem.severity !== 'info';
}
