// Keys of what the account's screens ask for.
export const USER = ['user'] as const;
export const CREDITS = ['credits'] as const;
export const SESSIONS = ['sessions'] as const;
