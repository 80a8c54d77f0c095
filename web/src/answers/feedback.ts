// What somebody thinks of answers. A message says it itself; the stock BI contract takes it, where a conversation is a session and a
// message has a number.
import { useMutation } from '@tanstack/react-query';
import { data, stockbi, type Schemas } from '../api/client';
import { KEYS, queryClient, useConversation } from '../app/queries';

export interface Feedback {
  isLiked: boolean | undefined;
  give: (isLiked: boolean) => void;
}

/** What is thought of an answer; nothing before it is stored. */
export function useFeedback(
  conversation: string | undefined,
  answer: string | undefined,
  onError: (error: unknown) => void,
): Feedback | undefined {
  const message = useConversation(conversation).data?.messages.find(({ id }) => id === answer);
  const giving = useMutation({
    mutationFn: async (isLiked: boolean) => {
      if (!conversation || !message) return;
      const query = { session_id: conversation, message_id: message.number, feedback: isLiked };
      await data(stockbi.POST('/v1/chat/feedback', { params: { query } }));
      queryClient.setQueryData<Schemas['ConversationDetail']>(KEYS.conversation(conversation), (now) => {
        const messages = now?.messages.map((one) => (one.id === message.id ? { ...one, feedback: isLiked } : one));
        return now && messages && { ...now, messages };
      });
    },
    onError,
  });
  return message && { isLiked: message.feedback ?? undefined, give: giving.mutate };
}
