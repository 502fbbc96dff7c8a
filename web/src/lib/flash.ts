/** A row that has just come or changed lights up for a moment. */
import type { Attachment } from 'svelte/attachments';

const FLASH = 1_600;

/** Attached anew whenever `row` is another object, so a change lights up as well. */
export function flash(row: { id: string }, isFresh: (id: string) => boolean): Attachment {
  return (element) => {
    if (!isFresh(row.id) || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const color = getComputedStyle(element).getPropertyValue('--flash');
    element.animate([{ backgroundColor: color }, { backgroundColor: 'transparent' }], {
      duration: FLASH,
      easing: 'ease-out',
    });
  };
}
