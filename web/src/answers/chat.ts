// Plain chat, without data: a chat of AIDeer's contract is a conversation like any other, and its task a run that is followed like one.
import { aideer, plain, type AideerSchemas } from '../api/client';
import { takeUpNow } from './live';

/** The longest title that a chat takes, in characters. */
const TITLE = 50;

interface ChatQuestion {
  /** The conversation to go on with; a new one without. */
  conversation?: string;
  query: string;
  preset?: string;
}

/** Says something in a chat, and answers with its conversation once the reply is on its way. */
export async function chat({ conversation, query, preset }: ChatQuestion): Promise<string> {
  const said: AideerSchemas['MessageBody'] = { role: 'user', content: query };
  const id = conversation ? await goOn(conversation, said) : await begin(said, preset);
  await plain(aideer.POST('/api/v1/tasks', { body: { chat_id: id, type: 'chat_generation' } }));
  takeUpNow(id, query);
  return id;
}

async function begin(said: AideerSchemas['MessageBody'], preset: string | undefined): Promise<string> {
  const title = [...said.content.replace(/\s+/g, ' ').trim()].slice(0, TITLE).join('');
  const body = { preset_id: preset ?? null, title, messages: [said] };
  return (await plain(aideer.POST('/api/v1/chats', { body }))).id;
}

async function goOn(id: string, said: AideerSchemas['MessageBody']): Promise<string> {
  const path = { params: { path: { chat_id: id } } };
  const { preset_id, title, visibility, messages } = await plain(aideer.GET('/api/v1/chats/{chat_id}', path));
  const body = {
    preset_id: preset_id ?? null,
    title: [...title].slice(0, TITLE).join(''),
    visibility,
    messages: [...messages, said],
  };
  await plain(aideer.PUT('/api/v1/chats/{chat_id}', { ...path, body }));
  return id;
}

interface Conversation {
  connection_id?: string | null;
  messages: { role: string; metadata?: object | null }[];
}

/** Whether a conversation is a chat: no data was asked, and its answers were made of nothing that an answer about data is made of. */
export function isChat({ connection_id: connection, messages }: Conversation): boolean {
  const answers = messages.filter((message) => message.role === 'assistant');
  return (
    !connection &&
    answers.length > 0 &&
    answers.every(({ metadata }) => !metadata || Object.keys(metadata).every((key) => key === 'error'))
  );
}
