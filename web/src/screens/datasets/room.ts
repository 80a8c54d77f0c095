// How much room there is for a file, known before it is sent.
import type { WenshuSchemas } from '../../api/client';

export type Limits = WenshuSchemas['Limits'];

/** The bytes that are left for datasets. */
export function leftOf({ dataset_total_bytes, dataset_used_bytes }: Limits): number {
  return Math.max(0, dataset_total_bytes - dataset_used_bytes);
}

/** Why a file of so many bytes needn't be sent; what else is wrong with one the server finds. */
export function refusalOf(bytes: number, limits: Limits | undefined): 'tooLarge' | 'noRoom' | undefined {
  if (!limits) return undefined;
  if (bytes > limits.dataset_file_bytes) return 'tooLarge';
  // What is kept is the file as it came, and more.
  return bytes > leftOf(limits) ? 'noRoom' : undefined;
}

/** How full it is, in percent: as soon as there is anything it is seen, and it is full only when it is. */
export function percentOf({ dataset_total_bytes, dataset_used_bytes }: Limits): number {
  if (dataset_used_bytes === 0 || dataset_total_bytes === 0) return dataset_used_bytes === 0 ? 0 : 100;
  const percent = (100 * dataset_used_bytes) / dataset_total_bytes;
  return percent >= 100 ? 100 : Math.min(99, Math.max(1, Math.round(percent)));
}
