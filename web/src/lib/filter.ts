/** Finds the rows that contain every word of a query. */

/** The searchable text of each row, built once per row object. */
const texts = new WeakMap<object, string>();

export function filter<R extends object>(rows: R[], query: string): R[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
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

/** Yields every string in a row, and the name of each field that is true, such as `tls`. */
function* strings(value: object): Generator<string> {
  for (const [name, part] of Object.entries(value)) {
    if (typeof part === 'string') yield part;
    else if (part === true) yield name;
    else if (typeof part === 'object' && part !== null) yield* strings(part);
  }
}
