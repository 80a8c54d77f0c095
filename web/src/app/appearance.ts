// Light or dark, and the colours of both. The choice is kept in this browser.
import { theme, type ThemeConfig } from 'antd';
import { useSyncExternalStore } from 'react';

export type Choice = 'light' | 'dark' | 'system';
export const CHOICES: Choice[] = ['light', 'dark', 'system'];
const KEY = 'wenshu.theme';

const listeners = new Set<() => void>();
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const still = window.matchMedia('(prefers-reduced-motion: reduce)');
let choice = readChoice();

function readChoice(): Choice {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

function apply() {
  document.documentElement.dataset.theme = isDark() ? 'dark' : 'light';
  for (const listener of listeners) listener();
}

function isDark(): boolean {
  return choice === 'dark' || (choice === 'system' && dark.matches);
}

dark.addEventListener('change', apply);
still.addEventListener('change', apply);
apply();

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function choose(next: Choice) {
  choice = next;
  localStorage.setItem(KEY, next);
  apply();
}

export const currentChoice = (): Choice => choice;

export function useChoice(): Choice {
  return useSyncExternalStore(subscribe, () => choice);
}

export function useIsDark(): boolean {
  return useSyncExternalStore(subscribe, isDark);
}

/** Whether somebody would rather have nothing move. */
export function useIsStill(): boolean {
  return useSyncExternalStore(subscribe, () => still.matches);
}

export interface Palette {
  accent: string;
  background: string;
  surface: string;
  raised: string;
  line: string;
  text: string;
  quiet: string;
}

export const PALETTES: Record<'light' | 'dark', Palette> = {
  light: {
    accent: '#0f766e',
    background: '#f7f6f3',
    surface: '#ffffff',
    raised: '#ffffff',
    line: '#e5e2db',
    text: '#1c1f21',
    quiet: '#5d6468',
  },
  dark: {
    accent: '#2fb5a6',
    background: '#131516',
    surface: '#1b1e1f',
    raised: '#232728',
    line: '#33383a',
    text: '#e8eae9',
    quiet: '#a3abad',
  },
};

const FONT =
  'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';

export function antTheme(isDark: boolean, isStill: boolean): ThemeConfig {
  const colors = PALETTES[isDark ? 'dark' : 'light'];
  return {
    algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      colorPrimary: isDark ? '#2fb5a6' : colors.accent,
      colorPrimaryBg: isDark ? '#16332f' : '#e3f1ee',
      colorPrimaryBgHover: isDark ? '#1d403b' : '#d3e9e4',
      controlItemBgActive: isDark ? '#16332f' : '#e3f1ee',
      controlItemBgActiveHover: isDark ? '#1d403b' : '#d3e9e4',
      colorLink: colors.accent,
      colorTextLightSolid: isDark ? '#06201d' : '#ffffff',
      colorBgLayout: colors.background,
      colorBgContainer: colors.surface,
      colorBgElevated: colors.raised,
      colorBorder: isDark ? '#444a4c' : '#d3cfc6',
      colorBorderSecondary: colors.line,
      colorText: colors.text,
      colorTextSecondary: colors.quiet,
      colorTextTertiary: colors.quiet,
      colorTextDescription: colors.quiet,
      colorTextPlaceholder: isDark ? '#8b9396' : '#70777b',
      colorError: isDark ? '#f97066' : '#c0281b',
      borderRadius: 8,
      fontFamily: FONT,
      fontSize: 15,
      // A menu whose animation is over before it is waited for would never be seen.
      motion: !isStill,
    },
    components: {
      Progress: { defaultColor: colors.accent },
      Menu: { itemSelectedColor: colors.accent, itemSelectedBg: isDark ? '#16332f' : '#e3f1ee' },
      Button: { primaryShadow: 'none', defaultShadow: 'none', contentFontSizeSM: 13.5, textTextColor: colors.quiet },
    },
  };
}
