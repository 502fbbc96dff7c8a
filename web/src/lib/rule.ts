/** Splits a rule into plain text, matchers and hosts, some of them with a link. */

export interface Piece {
  kind: 'text' | 'matcher' | 'host';
  text: string;
  /** The address of a host that a browser can open. */
  link?: string;
}

/** The matchers whose values are host names. */
const HOST_MATCHERS = new Set(['Host', 'HostSNI', 'HostRegexp', 'HostSNIRegexp']);

/** A matcher's name, a quoted value, or one other character. */
const TOKEN = /([A-Za-z]+)(?=\()|`[^`]*`|"(?:[^"\\]|\\.)*"|[^]/g;

export function pieces(rule: string, links: string[]): Piece[] {
  const linkOf = new Map(
    links.flatMap((text) => {
      const url = openable(text);
      return url ? [[url.hostname, url.href] as const] : [];
    }),
  );
  const all: Piece[] = [];
  let matcher = '';
  for (const [token, name] of rule.matchAll(TOKEN)) {
    if (name !== undefined) {
      matcher = name;
      all.push({ kind: 'matcher', text: name });
    } else if (token.length > 1 && HOST_MATCHERS.has(matcher)) {
      const host = token.slice(1, -1);
      const link = linkOf.get(host.toLowerCase());
      push(all, token.charAt(0));
      all.push({ kind: 'host', text: host, ...(link === undefined ? {} : { link }) });
      push(all, token.charAt(0));
    } else {
      push(all, token);
    }
  }
  return all;
}

/** The links that belong to no host in the rule. */
export function otherLinks(all: Piece[], links: string[]): string[] {
  const shown = new Set(all.map((piece) => piece.link));
  return links.flatMap((link) => openable(link)?.href ?? []).filter((link) => !shown.has(link));
}

/** Only `http:` and `https:` become links, because the text comes from labels. */
export function openable(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}

function push(all: Piece[], text: string): void {
  const last = all.at(-1);
  if (last?.kind === 'text') last.text += text;
  else all.push({ kind: 'text', text });
}
