// Datasets of whoever is signed in, as the server tells of them.
import { useQuery } from '@tanstack/react-query';
import { aideer, authorizedFetch, data, plain, stockbi, wenshu, type StockBiSchemas } from '../../api/client';
import { failureOf } from '../../api/errors';
import { queryClient } from '../../app/queries';
import { USER } from '../account/queries';

export type Dataset = StockBiSchemas['Dataset'];
export type DatasetTable = StockBiSchemas['DatasetTable'];
export type Format = StockBiSchemas['DownloadFormat'];

/** In the order in which they are offered: what most people open first. */
const FORMATS: Format[] = ['xlsx', 'csv', 'json', 'ndjson', 'parquet', 'original'];
/** Formats that have room for all tables of a dataset. */
const WHOLE: readonly Format[] = ['xlsx', 'original'];

/** What a dataset can be had as; one that was made of rows or of a query's result never was a file. */
export const formatsOf = ({ has_original }: Pick<Dataset, 'has_original'>): Format[] =>
  FORMATS.filter((format) => format !== 'original' || has_original);

/** Whether a file of this format has one table of several alone. */
export const isOfOneTable = ({ tables }: Dataset, format: Format): boolean =>
  tables.length > 1 && !WHOLE.includes(format);

/** The rows that a sheet of a workbook has room for, beside its head. */
const SHEET_ROWS = 1_048_575;

/** Whether a file of this format has less than all rows. */
export const isCut = ({ tables }: Pick<Dataset, 'tables'>, format: Format): boolean =>
  format === 'xlsx' && tables.some(({ rows }) => rows > SHEET_ROWS);

const DATASETS = ['datasets'] as const;

export const useDatasets = () =>
  useQuery({
    queryKey: DATASETS,
    queryFn: async () => {
      // Not from before: an admin may have given another name.
      const me = () => plain(aideer.GET('/api/v1/users/me'));
      const { username } = await queryClient.fetchQuery({ queryKey: USER, queryFn: me, staleTime: 0 });
      return data(stockbi.POST('/v1/data/list', { params: { query: { user_name: username } } }));
    },
  });

const LIMITS = ['limits'] as const;

/** How much may be uploaded, and how much room is left. */
export const useLimits = () => useQuery({ queryKey: LIMITS, queryFn: () => plain(wenshu.GET('/wenshu/v1/limits')) });

/** Datasets have come or gone, and with them what questions can go to. */
export async function refreshDatasets(): Promise<void> {
  const changed = [DATASETS, LIMITS, ['connections'], ['schema'], ['preview']];
  await Promise.all(
    changed.map(async (queryKey) => {
      // A first reading that is still under way would count as the newest one.
      await queryClient.cancelQueries({ queryKey });
      await queryClient.invalidateQueries({ queryKey });
    }),
  );
}

export async function deleteDataset(id: string): Promise<void> {
  await data(stockbi.POST('/v1/data/delete', { params: { query: { data_id: id } } }));
  await refreshDatasets();
}

/** A dataset as a file; of one that has several tables, the named one where the format has room for one alone. */
export async function download(
  dataset: Dataset,
  format: Format,
  table: string,
  signal?: AbortSignal,
): Promise<Response> {
  const wanted = new URLSearchParams({ data_id: dataset.data_id, format });
  if (isOfOneTable(dataset, format)) wanted.set('table', table);
  const options = { method: 'POST', ...(signal ? { signal } : {}) };
  const response = await authorizedFetch(`/v1/data/download?${wanted}`, options);
  if (!response.ok) throw await failureOf(response);
  return response;
}
