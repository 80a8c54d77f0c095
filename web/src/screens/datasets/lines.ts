// The first lines of a text that is still on its way, without waiting for the rest.

/** At most `most` lines of a response; what comes after them isn't fetched. */
export async function firstLines(response: Response, most: number): Promise<string[]> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return [];
  const lines: string[] = [];
  let pending = '';
  try {
    while (lines.length < most) {
      const { done, value } = await reader.read();
      if (done) {
        if (pending) lines.push(pending);
        break;
      }
      const parts = (pending + value).split('\n');
      pending = parts.pop() ?? '';
      lines.push(...parts.filter(Boolean));
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
  return lines.slice(0, most);
}
