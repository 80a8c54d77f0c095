// What signed in, in words that people know: which browser on which system, out of what it says of itself.

const BROWSERS: [RegExp, string][] = [
  [/MicroMessenger\//, 'WeChat'],
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\/|Opera/, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|Chromium\/|CriOS\//, 'Chrome'],
  [/Version\/[\d.]+.*Safari\//, 'Safari'],
];

const SYSTEMS: [RegExp, string][] = [
  [/Windows/, 'Windows'],
  [/Android/, 'Android'],
  [/iPad/, 'iPadOS'],
  [/iPhone|iPod/, 'iOS'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux|X11/, 'Linux'],
];

/** As `Chrome · Windows`; of a program that is no browser its name; `undefined` where nothing was said that could be read. */
export function agentOf(said: string | null | undefined): string | undefined {
  const text = said?.trim();
  if (!text) return undefined;
  const find = (list: [RegExp, string][]) => list.find(([pattern]) => pattern.test(text))?.[1];
  const browser = find(BROWSERS);
  if (!browser) return /^[\w.-]+/.exec(text)?.[0];
  return [browser, find(SYSTEMS)].filter(Boolean).join(' · ');
}
