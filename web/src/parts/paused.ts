// A text that is being written, once its writer pauses: what is asked for each letter is asked for nothing.
import { useEffect, useState } from 'react';

/** In milliseconds; nobody who waits for an answer to what they wrote notices it. */
const PAUSE = 250;

/** The text as it was at the last pause. `isHeld`: it isn't whole, as while a Chinese word is put together from its letters. */
export function usePaused(text: string, isHeld = false): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    if (isHeld || text === paused) return;
    const timer = setTimeout(() => setPaused(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text, isHeld, paused]);
  return paused;
}
