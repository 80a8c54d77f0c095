// Who is signed in: the pair of tokens, kept for all tabs of this browser, and swapped for a new pair before it ends.
//
// A refresh token works once, and one that is used again ends every session of the account. So tabs take turns: whoever has the
// lock looks first whether another tab has already brought a new pair.
import { useSyncExternalStore } from 'react';

export interface Tokens {
  access: string;
  refresh: string;
  /** When the access token ends, in milliseconds since 1970. */
  expiresAt: number;
}

export interface TokenAnswer {
  access_token: string;
  refresh_token: string;
  expires_in: number;
}

const KEY = 'wenshu.session';
/** A token that ends this soon is swapped before it is used, in milliseconds. */
const MARGIN = 60_000;

const listeners = new Set<() => void>();
const accountListeners = new Set<() => void>();
let tokens = read();
let account = accountOf(tokens);

function read(): Tokens | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    return isTokens(kept) ? kept : null;
  } catch {
    return null;
  }
}

function isTokens(value: unknown): value is Tokens {
  const given = value as Partial<Tokens> | null;
  return typeof given?.access === 'string' && typeof given.refresh === 'string' && typeof given.expiresAt === 'number';
}

function set(next: Tokens | null) {
  if (next) localStorage.setItem(KEY, JSON.stringify(next));
  else localStorage.removeItem(KEY);
  take(next);
}

/** Goes on with these tokens. Whatever is kept of another account goes before anything of it can be shown again. */
function take(next: Tokens | null) {
  tokens = next;
  const before = account;
  account = accountOf(next);
  if (account !== before) for (const listener of accountListeners) listener();
  for (const listener of listeners) listener();
}

interface Claims {
  sub?: string;
}

function claimsOf(token: string): Claims {
  return JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'))) as Claims;
}

function accountOf(of: Tokens | null): string | null {
  if (!of) return null;
  try {
    return claimsOf(of.refresh).sub ?? '';
  } catch {
    return '';
  }
}

if (typeof window !== 'undefined') {
  window.addEventListener('storage', (event) => {
    if (event.key !== KEY) return;
    take(read());
  });
}

/** Takes over what signing in answered. */
export function signIn(answer: TokenAnswer) {
  set({ access: answer.access_token, refresh: answer.refresh_token, expiresAt: Date.now() + answer.expires_in * 1000 });
}

/** Forgets the session in every tab. */
export function forget() {
  set(null);
}

/** Calls `listener` whenever somebody else is signed in than before, or nobody any more; in whichever tab that was done. */
export function onAnotherAccount(listener: () => void): void {
  accountListeners.add(listener);
}

/** Who is signed in, as an id; `null` when nobody is. */
export function useAccount(): string | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => account,
  );
}

let refreshing: Promise<string | null> | null = null;

/** An access token that still works for a while; `null` when nobody is signed in any more. `refused` is one that was not taken. */
export function accessToken(refused?: string): Promise<string | null> {
  const current = tokens;
  if (!current) return Promise.resolve(null);
  const isGood = current.access !== refused && current.expiresAt - MARGIN > Date.now();
  if (isGood) return Promise.resolve(current.access);
  refreshing ??= inTurn(() => refresh(current)).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  // Not there on plain HTTP but on loopback; one tab then goes without a turn.
  return 'locks' in navigator && navigator.locks
    ? (navigator.locks.request('wenshu.refresh', work) as Promise<T>)
    : work();
}

async function refresh(old: Tokens): Promise<string | null> {
  const kept = read();
  if (kept && kept.refresh !== old.refresh && kept.expiresAt - MARGIN > Date.now()) {
    set(kept);
    return kept.access;
  }
  const response = await fetch('/api/v1/auth/refresh', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ refresh_token: old.refresh }),
  });
  if (response.ok) {
    const { data } = (await response.json()) as { data: TokenAnswer };
    signIn(data);
    return data.access_token;
  }
  // A server that is busy or away for a moment ends no session.
  if (response.status === 401 || response.status === 422) {
    forget();
    return null;
  }
  return old.access;
}
