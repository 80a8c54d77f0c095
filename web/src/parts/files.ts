// Handing files and texts to the person: downloads and the clipboard.
import i18next from 'i18next';

/** The name that a response gives its file. */
export function nameOf(response: Response): string | null {
  const header = response.headers.get('Content-Disposition') ?? '';
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(header)?.[1];
  if (encoded) {
    try {
      return decodeURIComponent(encoded);
    } catch {
      // The plain name is there too.
    }
  }
  return /filename="([^"]+)"/i.exec(header)?.[1] ?? null;
}

/** The whole of a response, with the number of bytes that have come by now; the browser keeps large ones on its disk. */
export function contentOf(response: Response, onProgress: (bytes: number) => void): Promise<Blob> {
  let bytes = 0;
  const counted = response.body?.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform: (piece, controller) => {
        bytes += piece.byteLength;
        onProgress(bytes);
        controller.enqueue(piece);
      },
    }),
  );
  return new Response(counted, { headers: response.headers }).blob();
}

/** Saves a file where the browser saves files. */
export function saveFile(content: Blob, name: string) {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Puts a text on the clipboard; on plain HTTP, where browsers offer no clipboard, by way of a selection. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand('copy');
  area.remove();
  if (!isCopied) throw new Error(i18next.t('common.notCopied'));
}

/** A title as the name of a file. */
export function fileName(title: string, ending: string): string {
  const name = title
    .replace(/[\\/:*?"<>|\u0000-\u001f]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 80);
  return `${name || 'wenshu'}.${ending}`;
}
