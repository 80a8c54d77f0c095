// How long ago something was, in the words of a list.

export type Age = 'today' | 'yesterday' | 'thisWeek' | 'earlier';

const DAY = 86_400_000;

/** Items by the age of their last activity; they come newest first and stay in that order. */
export function byAge<T extends { updated_at: string }>(items: T[], now: Date): { age: Age; items: T[] }[] {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const groups: { age: Age; items: T[] }[] = [];
  for (const item of items) {
    const time = new Date(item.updated_at).getTime();
    const age: Age =
      time >= midnight
        ? 'today'
        : time >= midnight - DAY
          ? 'yesterday'
          : time >= midnight - 6 * DAY
            ? 'thisWeek'
            : 'earlier';
    const group = groups.at(-1);
    if (group?.age === age) group.items.push(item);
    else groups.push({ age, items: [item] });
  }
  return groups;
}
