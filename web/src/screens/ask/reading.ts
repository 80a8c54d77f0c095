// Where a conversation is looked at: the last question stands at the top, and what answers it grows below it.
import { useLayoutEffect, useRef } from 'react';

/** Goes to the last round whenever there is one more; give its element the returned reference. */
export function useLastInSight(rounds: number) {
  const last = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const box = document.getElementById('content');
    if (box && last.current) box.scrollTop = last.current.offsetTop;
  }, [rounds]);
  return last;
}
