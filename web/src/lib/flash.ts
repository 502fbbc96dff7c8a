/** Highlights a row for a moment after it appeared or changed. */
import type { Attachment } from 'svelte/attachments';

const FLASH_MS = 1_600;

/** Runs again whenever `row` is another object, so changes are highlighted too. */
export function flash(row: { id: string }, isFresh: (id: string) => boolean): Attachment {
  return (element) => {
    if (!isFresh(row.id) || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const color = getComputedStyle(element).getPropertyValue('--flash');
    element.animate([{ backgroundColor: color }, { backgroundColor: 'transparent' }], {
      duration: FLASH_MS,
      easing: 'ease-out',
    });
  };
}
