// Datasets.
import type { Texts } from '../texts';

export default {
  title: 'Datasets',
  hint: 'Upload files and ask them like a database. One question can go to several datasets.',
  drop: 'Drop files here, or click to choose',
  kinds: 'CSV, TSV, Excel, JSON, NDJSON, Parquet, Arrow; encoding and delimiter are found by themselves',
  uploads: 'Files on their way',
  sending: 'Uploading: {{done}} of {{size}}',
  reading: 'Reading: {{rows}} rows',
  uploaded: '“{{name}}” can be asked now',
  refused: '“{{name}}” did not become a dataset',
  none: 'No datasets yet.',
  inAll: '{{size}} in all',
  rows: '{{rows}} rows',
  tables: '{{tables}} tables',
  firstRows: 'The first {{shown}} of {{rows}} rows',
  ask: 'Ask',
  download: 'Download',
  formats: {
    xlsx: 'Excel file',
    csv: 'CSV file',
    json: 'JSON file',
    ndjson: 'NDJSON file',
    parquet: 'Parquet file',
    original: 'Original file',
  },
  deleteTitle: 'Delete the dataset “{{name}}”?',
  deleteHint: 'The file and its data are deleted and can’t be brought back; conversations stay.',
  deleted: 'Deleted',
  manage: 'Manage datasets',
} satisfies Texts['datasets'];
