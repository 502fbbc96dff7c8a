/** Values in, words for people out. */
import type { Origin } from './wire';

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

/** `worker-1 › whoami` */
export function place(origin: Origin): string {
  return [origin.agent, origin.container].filter(Boolean).join(' › ') || 'hub';
}

/** `unpublished port` for `unpublished_port`. */
export function words(code: string): string {
  return code.replaceAll('_', ' ');
}
