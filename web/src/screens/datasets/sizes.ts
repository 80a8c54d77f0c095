// Numbers of bytes, for reading.

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** As 1.2 MB, in thousands as disks are counted and as the server counts its limits. */
export function sizeOf(bytes: number, language: string): string {
  let step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  // Rounded to three digits it may be a whole one of the next unit.
  if (step < UNITS.length - 1 && Number((bytes / 1000 ** step).toPrecision(3)) >= 1000) step += 1;
  // Of few bytes no language has a short word.
  const unitDisplay = step === 0 ? 'long' : 'short';
  const format = { style: 'unit', unit: UNITS[step]!, unitDisplay, maximumSignificantDigits: 3 } as const;
  return (bytes / 1000 ** step).toLocaleString(language, format);
}
