// What somebody thinks of answers. The stock BI contract keeps it: a conversation is a session there, and its messages have numbers.
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { data, stockbi, type StockBiSchemas } from '../api/client';
import { KEYS, queryClient, useConversation } from '../app/queries';
import type { Message } from './model';

type Said = Pick<StockBiSchemas['Message'], 'id' | 'role' | 'create_time' | 'feedback'>;

/** The same message in the other contract: said by the same in the same moment. */
export function sameMessage(message: Pick<Message, 'role' | 'created_at'>, said: Said[]): Said | undefined {
  const moment = Date.parse(message.created_at);
  return said.find(({ role, create_time }) => role === message.role && Date.parse(create_time) === moment);
}

export interface Feedback {
  isLiked: boolean | null;
  give: (isLiked: boolean) => void;
}

/** What is thought of an answer; nothing where it can't be said, as on a server without that contract. */
export function useFeedback(
  conversation: string | undefined,
  answer: string | undefined,
  onError: (error: unknown) => void,
): Feedback | undefined {
  const messages = useConversation(conversation).data?.messages;
  const message = messages?.find(({ id }) => id === answer);
  const path = { session_id: conversation ?? '' };
  // One more answer is one more that can be liked.
  const key = KEYS.feedback(conversation ?? '', messages?.at(-1)?.id ?? '');
  const said = useQuery({
    queryKey: key,
    enabled: message !== undefined,
    staleTime: Infinity,
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: () => data(stockbi.POST('/v1/chat/get', { params: { query: path } })),
  });
  const found = message && sameMessage(message, said.data ?? []);
  const giving = useMutation({
    mutationFn: async (isLiked: boolean) => {
      if (!found) return;
      const query = { ...path, message_id: found.id, feedback: isLiked };
      await data(stockbi.POST('/v1/chat/feedback', { params: { query } }));
      queryClient.setQueryData<Said[]>(key, (now) =>
        now?.map((one) => (one.id === found.id ? { ...one, feedback: isLiked } : one)),
      );
    },
    onError,
  });
  return found && { isLiked: found.feedback ?? null, give: giving.mutate };
}
