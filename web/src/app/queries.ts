// What the server said, kept for all screens, and the questions that several of them ask.
import { QueryClient, useQuery } from '@tanstack/react-query';
import i18next from 'i18next';
import { data, querygpt } from '../api/client';
import { ApiError } from '../api/errors';
import { onAnotherAccount } from '../api/session';

export const queryClient = new QueryClient({
  defaultOptions: {
    // A browser that is offline still reaches a server on its own machine, and says itself what it doesn't reach.
    mutations: { networkMode: 'always' },
    queries: {
      networkMode: 'always',
      staleTime: 30_000,
      retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status < 500 && error.status !== 429),
    },
  },
});

onAnotherAccount(() => queryClient.clear());

// Much of what the server says is in the language that it was asked in.
i18next.on('languageChanged', () => void queryClient.invalidateQueries());

export const KEYS = {
  me: ['me'],
  connections: ['connections'],
  models: ['models'],
  config: ['config'],
  conversations: ['conversations'],
  conversation: (id: string) => ['conversation', id],
  schema: (connection: string) => ['schema', connection],
  terms: (connection: string) => ['terms', connection],
  relations: (connection: string) => ['relations', connection],
  prompts: ['prompts'],
} as const;

/** Who is signed in. Asked for now and then, so that a session that was ended elsewhere is over here too, though nobody touches anything. */
export const useMe = () =>
  useQuery({
    queryKey: KEYS.me,
    refetchInterval: 60_000,
    refetchOnWindowFocus: 'always',
    queryFn: () => data(querygpt.GET('/api/v1/auth/me')),
  });

export const useConversation = (id: string | undefined) =>
  useQuery({
    queryKey: KEYS.conversation(id ?? ''),
    enabled: id !== undefined,
    queryFn: () => data(querygpt.GET('/api/v1/conversations/{id}', { params: { path: { id: id ?? '' } } })),
  });

export const useConnections = () =>
  useQuery({
    queryKey: KEYS.connections,
    queryFn: async () => (await data(querygpt.GET('/api/v1/connections'))).connections,
  });

export const useModels = () =>
  useQuery({ queryKey: KEYS.models, queryFn: async () => (await data(querygpt.GET('/api/v1/models'))).models });

export const useConfig = () => useQuery({ queryKey: KEYS.config, queryFn: () => data(querygpt.GET('/api/v1/config')) });

export const useSchema = (connection: string | undefined) =>
  useQuery({
    queryKey: KEYS.schema(connection ?? ''),
    enabled: connection !== undefined,
    staleTime: 5 * 60_000,
    queryFn: async () =>
      (await data(querygpt.GET('/api/v1/connections/{id}/schema', { params: { path: { id: connection ?? '' } } })))
        .tables,
  });

export const useTerms = (connection: string | undefined) =>
  useQuery({
    queryKey: KEYS.terms(connection ?? ''),
    enabled: connection !== undefined,
    queryFn: async () =>
      (await data(querygpt.GET('/api/v1/connections/{id}/terms', { params: { path: { id: connection ?? '' } } })))
        .terms,
  });
