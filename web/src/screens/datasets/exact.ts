// Rows as the server wrote them: a number in JSON has more digits than a JavaScript number keeps.
import type { Row } from '../../answers/model';

/** A text, which may hold what looks like a number, or a number. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** The row of a line of NDJSON; a number that would be read with other digits than it was written with comes as a text. */
export function rowOf(line: string): Row {
  const kept = line.replace(TOKEN, (token) => (token.startsWith('"') || isKept(token) ? token : `"${token}"`));
  return JSON.parse(kept) as Row;
}

/** Whether a number is written the same again, but for its power of ten, and for the `.0` that every whole one has in a column of floats. */
function isKept(token: string): boolean {
  return /[eE]/.test(token) || String(Number(token)) === token.replace(/\.0$/, '');
}
