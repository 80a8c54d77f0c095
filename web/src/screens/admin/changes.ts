// What an admin changes of somebody's account.
import type { AideerSchemas } from '../../api/client';

export interface UserFields {
  username: string;
  nickname?: string | null;
  permission: number;
  credits_left?: number | null;
}

/**
 * What is sent of a form that was filled with `user`. The balance is an absolute one, and goes on changing while the form is open: it is
 * sent by whoever changed it alone.
 */
export function changesOf(
  user: Pick<AideerSchemas['User'], 'credits_left'>,
  { credits_left, nickname, ...rest }: UserFields,
): AideerSchemas['ChangeBody'] {
  const isChanged = credits_left !== undefined && credits_left !== null && credits_left !== user.credits_left;
  return { ...rest, nickname: nickname?.trim() || null, ...(isChanged ? { credits_left } : {}) };
}
