/** Words and rows in, the rows that have all the words out. */

/** The text of a row, made once per row object. */
const texts = new WeakMap<object, string>();

export function filter<R extends object>(rows: R[], words: string): R[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return rows;
  return rows.filter((row) => wanted.every((word) => textOf(row).includes(word)));
}

function textOf(row: object): string {
  let text = texts.get(row);
  if (text === undefined) {
    text = [...strings(row)].join('\n').toLowerCase();
    texts.set(row, text);
  }
  return text;
}

/** Every text in a row, and the names of what is true: `tls`. */
function* strings(value: object): Generator<string> {
  for (const [name, part] of Object.entries(value)) {
    if (typeof part === 'string') yield part;
    else if (part === true) yield name;
    else if (typeof part === 'object' && part !== null) yield* strings(part);
  }
}
