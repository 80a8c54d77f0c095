// One file on its way: how much has been sent, then how much of it the server has read. `fetch` doesn't tell the former.
import { ApiError, failureFrom } from '../../api/errors';
import { EventParser } from '../../api/sse';
import { accessToken } from '../../api/session';
import { acceptLanguage } from '../../i18n/locale';
import type { Dataset } from './queries';

/** Where a file is: `sending` counts bytes, `reading` rows. `whole` is unknown while rows are being found. */
export interface Progress {
  phase: 'sending' | 'reading';
  done: number;
  whole: number | null;
}

interface ProgressEvent {
  is_whole: boolean;
  rows: number;
  rows_in_all: number | null;
}

/** What the answer to an upload has said by now. */
export class UploadAnswer {
  private readonly parser = new EventParser();
  private seen = 0;
  outcome: { dataset: Dataset } | { error: ApiError } | undefined;

  /** Takes all text that there is; answers how far the server has read since last time. */
  read(text: string): Progress | undefined {
    const events = this.parser.push(text.slice(this.seen));
    this.seen = text.length;
    let progress: Progress | undefined;
    for (const { event, data } of events) {
      if (event === 'done') this.outcome = { dataset: JSON.parse(data) as Dataset };
      else if (event === 'error') {
        const { code, message } = JSON.parse(data) as { code: number; message: string };
        this.outcome = { error: failureFrom(code, { message }) };
      } else if (event === 'progress') {
        const { is_whole, rows, rows_in_all } = JSON.parse(data) as ProgressEvent;
        // What has arrived the browser knows itself, and better.
        if (is_whole) progress = { phase: 'reading', done: rows, whole: rows_in_all };
      }
    }
    return progress;
  }
}

/** Sends a file and answers with the dataset that it became. Throws why it became none. */
export async function upload(
  file: File,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Dataset> {
  const token = await accessToken();
  try {
    return await attempt(file, token, onProgress, signal);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401 || !token) throw error;
    const fresh = await accessToken(token);
    if (!fresh || fresh === token) throw error;
    return attempt(file, fresh, onProgress, signal);
  }
}

function attempt(
  file: File,
  token: string | null,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Dataset> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const answer = new UploadAnswer();
    const read = () => {
      const progress = request.status === 200 ? answer.read(request.responseText) : undefined;
      if (progress) onProgress(progress);
    };
    if (signal.aborted) return reject(new DOMException('aborted', 'AbortError'));
    request.open('POST', '/v1/data/upload');
    request.setRequestHeader('Accept', 'text/event-stream');
    request.setRequestHeader('Accept-Language', acceptLanguage());
    if (token) request.setRequestHeader('Authorization', `Bearer ${token}`);
    request.upload.onprogress = ({ loaded, total }) => onProgress({ phase: 'sending', done: loaded, whole: total });
    request.upload.onload = () => onProgress({ phase: 'reading', done: 0, whole: null });
    request.onprogress = read;
    const settle = (broken: string) => {
      read();
      const { outcome } = answer;
      if (outcome && 'dataset' in outcome) resolve(outcome.dataset);
      else if (outcome) reject(outcome.error);
      else if (request.status === 200 || request.status === 0) reject(new TypeError(broken));
      else reject(failureFrom(request.status, bodyOf(request.responseText)));
    };
    request.onload = () => settle('the answer broke off');
    // A server that has refused a file stops reading it, which may look like a lost connection: what it said counts.
    request.onerror = () => settle('the connection is lost');
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'));
    signal.addEventListener('abort', () => request.abort());
    const form = new FormData();
    form.append('file', file, file.name);
    request.send(form);
  });
}

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The page of a proxy in between.
    return {};
  }
}
