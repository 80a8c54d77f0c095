// Plain chat, without data: a chat of AIDeer's contract is a conversation like any other, and its task a run that is followed like one.
import { aideer, data, plain, querygpt, type AideerSchemas } from '../api/client';
import { ApiError } from '../api/errors';
import { takeUpNow } from './live';

/** The longest title that a chat takes, in characters. */
const TITLE = 50;

interface ChatQuestion {
  /** The conversation to go on with; a new one without. */
  conversation?: string;
  query: string;
  preset?: string;
}

/**
 * Says something in a chat, and answers with its conversation once the reply is on its way. Throws when there will be none; the chat is
 * then as it was before, so that whoever tries again says it once.
 */
export async function chat({ conversation, query, preset }: ChatQuestion): Promise<string> {
  const said: AideerSchemas['MessageBody'] = { role: 'user', content: query };
  const { id, takeBack } = conversation ? await goOn(conversation, said) : await begin(said, preset);
  try {
    await plain(aideer.POST('/api/v1/tasks', { body: { chat_id: id, type: 'chat_generation' } }));
  } catch (error) {
    // The connection may have broken off before the task was begun, or after it: the conversation tells.
    if (!(error instanceof ApiError)) return id;
    // What can't be taken back stays, which is better said than the reason for that.
    await takeBack().catch(() => undefined);
    throw error;
  }
  takeUpNow(id, query);
  return id;
}

interface Said {
  id: string;
  takeBack: () => Promise<unknown>;
}

async function begin(said: AideerSchemas['MessageBody'], preset: string | undefined): Promise<Said> {
  const title = shortened(said.content.replace(/\s+/g, ' ').trim());
  const body = { preset_id: preset ?? null, title, messages: [said] };
  const { id } = await plain(aideer.POST('/api/v1/chats', { body }));
  const takeBack = () => plain(aideer.DELETE('/api/v1/chats/{chat_id}', { params: { path: { chat_id: id } } }));
  return { id, takeBack };
}

async function goOn(id: string, said: AideerSchemas['MessageBody']): Promise<Said> {
  const path = { params: { path: { chat_id: id } } };
  const { preset_id, title, visibility, messages } = await plain(aideer.GET('/api/v1/chats/{chat_id}', path));
  const last = messages.at(-1);
  // Asked again: it stands there, and got no reply.
  if (last?.role === 'user' && last.content === said.content) return { id, takeBack: () => Promise.resolve() };
  const put = async (wanted: AideerSchemas['MessageBody'][]) => {
    const body = { preset_id: preset_id ?? null, title: shortened(title), visibility, messages: wanted };
    await plain(aideer.PUT('/api/v1/chats/{chat_id}', { ...path, body }));
    // What somebody called it may be longer than this contract allows.
    if (shortened(title) !== title)
      await data(querygpt.PATCH('/api/v1/conversations/{id}', { params: { path: { id } }, body: { title } }));
  };
  await put([...messages, said]);
  return { id, takeBack: () => put(messages) };
}

function shortened(title: string): string {
  return [...title].slice(0, TITLE).join('');
}

interface Conversation {
  connection_id?: string | null;
  messages: { role: string; metadata?: object | null }[];
}

/**
 * Whether a conversation is a chat: it has no database, which one about data has from its first question on, and no answer that is made
 * of what an answer about data is made of.
 */
export function isChat({ connection_id: connection, messages }: Conversation): boolean {
  const answers = messages.filter((message) => message.role === 'assistant');
  return (
    !connection &&
    messages.length > 0 &&
    answers.every(({ metadata }) => !metadata || Object.keys(metadata).every((key) => key === 'error'))
  );
}
