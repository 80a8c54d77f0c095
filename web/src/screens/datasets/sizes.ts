// Numbers of bytes, for reading.

/** As 1.2 MB, in thousands as disks are counted and as the server counts its limits. */
export function sizeOf(bytes: number, language: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const format = { style: 'unit', unit: units[step]!, unitDisplay: 'short', maximumSignificantDigits: 3 } as const;
  return (bytes / 1000 ** step).toLocaleString(language, format);
}
