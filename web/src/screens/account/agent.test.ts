import { expect, test } from 'vitest';
import { agentOf } from './agent';

const MOZILLA = 'Mozilla/5.0';
const CHROME = '(KHTML, like Gecko) Chrome/142.0.0.0';

test('browsers and their systems are told apart, though each says that it is all the others', () => {
  const said: [string, string][] = [
    [`${MOZILLA} (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 ${CHROME} Safari/537.36`, 'Chrome · Windows'],
    [`${MOZILLA} (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 ${CHROME} Safari/537.36 Edg/142.0`, 'Edge · Windows'],
    [`${MOZILLA} (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0`, 'Firefox · Linux'],
    [
      `${MOZILLA} (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0 Safari/537.36`,
      'Chrome · Linux',
    ],
    [
      `${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15`,
      'Safari · macOS',
    ],
    [
      `${MOZILLA} (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1`,
      'Safari · iOS',
    ],
    [
      `${MOZILLA} (Linux; Android 14; V2324A) AppleWebKit/537.36 ${CHROME} Mobile Safari/537.36 MicroMessenger/8.0.55`,
      'WeChat · Android',
    ],
  ];
  for (const [text, name] of said) expect(agentOf(text), text).toBe(name);
});

test('a program is called by its name, and what says nothing by none', () => {
  expect(agentOf('curl/8.14.1')).toBe('curl');
  expect(agentOf('python-requests/2.32')).toBe('python-requests');
  for (const nothing of [null, undefined, '', '  ', '(x)']) expect(agentOf(nothing)).toBeUndefined();
});
