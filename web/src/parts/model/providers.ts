// Who offers models, and what is usual with each of them.
import type { Schemas } from '../../api/client';

export type Provider = Schemas['Provider'];

interface Usual {
  name: string;
  models: string[];
  baseUrl?: string;
  needsKey: boolean;
}

export const PROVIDERS: Record<Provider, Usual> = {
  openai: { name: 'OpenAI', models: ['gpt-5.1', 'gpt-5-mini', 'gpt-4.1'], needsKey: true },
  anthropic: { name: 'Anthropic', models: ['claude-sonnet-4-5', 'claude-haiku-4-5'], needsKey: true },
  deepseek: { name: 'DeepSeek', models: ['deepseek-chat', 'deepseek-reasoner'], needsKey: true },
  dashscope: { name: '通义千问 DashScope', models: ['qwen-max', 'qwen-plus', 'qwen-turbo'], needsKey: true },
  gemini: { name: 'Google Gemini', models: ['gemini-2.5-pro', 'gemini-2.5-flash'], needsKey: true },
  openrouter: { name: 'OpenRouter', models: ['openrouter/auto'], needsKey: true },
  ollama: { name: 'Ollama', models: ['qwen3', 'llama3.3'], baseUrl: 'http://127.0.0.1:11434', needsKey: false },
  openai_compatible: {
    name: 'OpenAI compatible · 兼容接口',
    models: [],
    baseUrl: 'http://127.0.0.1:8080/v1',
    needsKey: false,
  },
};

/** Whether a form leads to another server than what was saved: the key that was saved isn't for that one. */
export function leadsElsewhere(
  saved: { provider: Provider; base_url?: string | null },
  now: { provider?: Provider | undefined; base_url?: string | null | undefined },
): boolean {
  const { provider = saved.provider, base_url = saved.base_url } = now;
  return provider !== saved.provider || (base_url ?? '').trim() !== (saved.base_url ?? '');
}
