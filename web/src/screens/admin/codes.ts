// Which page of the codes is shown, and what has become of one of them since it was listed.
import type { WenshuSchemas } from '../../api/client';

export const PAGE = 20;

/** The page itself, or the last one that there still is: with the only code of a page the page goes too. */
export function pageWithin(page: number, total: number): number {
  return Math.min(page, Math.max(1, Math.ceil(total / PAGE)));
}

/** Where a code of a page is found again, though others were made or deleted meanwhile. */
export function around(page: number): { limit: number; offset: number } {
  return { limit: 5 * PAGE, offset: Math.max(0, page - 2) * PAGE };
}

/** What has become of a code; one that isn't among the codes around it is gone. */
export function stateOf(
  code: string,
  codes: Pick<WenshuSchemas['Code'], 'code' | 'used_at'>[],
): 'unused' | 'used' | 'gone' {
  const found = codes.find((one) => one.code === code);
  if (!found) return 'gone';
  return found.used_at ? 'used' : 'unused';
}
