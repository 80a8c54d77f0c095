// Server-sent events out of a `fetch`: the standard's line format, whatever way the bytes are cut.

export interface ServerEvent {
  event: string;
  id: string | null;
  data: string;
}

/** Takes text as it arrives and gives out whole events. */
export class EventParser {
  private pending = '';
  private event = '';
  private id: string | null = null;
  private lines: string[] = [];

  push(text: string): ServerEvent[] {
    this.pending += text;
    const events: ServerEvent[] = [];
    for (;;) {
      const end = /\r\n|\n|\r/.exec(this.pending);
      // A carriage return at the very end may be half of a pair.
      if (!end || (end[0] === '\r' && end.index === this.pending.length - 1)) return events;
      const line = this.pending.slice(0, end.index);
      this.pending = this.pending.slice(end.index + end[0].length);
      const complete = this.line(line);
      if (complete) events.push(complete);
    }
  }

  private line(line: string): ServerEvent | null {
    if (line === '') {
      const { event, lines } = this;
      this.event = '';
      this.lines = [];
      return lines.length > 0 ? { event: event || 'message', id: this.id, data: lines.join('\n') } : null;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.event = value;
    else if (field === 'data') this.lines.push(value);
    else if (field === 'id' && !value.includes('\0')) this.id = value;
    return null;
  }
}

/** The events of a response, until it ends. */
export async function* eventsOf(response: Response): AsyncGenerator<ServerEvent> {
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventParser();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser.push(value);
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}
