// A question that stands there without an answer: it may be on its way, begun before this page was loaded, or on another device.
import { useEffect, useState } from 'react';
import { takeUp } from './live';
import type { Message } from './model';

/** The end of a run may be about to be stored when it is looked for. */
const LOOKS = 4;
const BETWEEN_LOOKS = 700;

/** Looks for the answer to the last message, if that is a question. Answers whether one may still come. */
export function useLook(
  conversation: string | undefined,
  last: Message | undefined,
  { isFresh, isRunning }: { isFresh: boolean; isRunning: boolean },
): boolean {
  const [looked, setLooked] = useState<{ question: string; times: number }>();
  const question = last?.role === 'user' ? last : undefined;
  const times = question && looked?.question === question.id ? looked.times : 0;
  const isWanted = question !== undefined && times < LOOKS;
  useEffect(() => {
    if (!conversation || !question || !isWanted || !isFresh || isRunning) return;
    let isHere = true;
    const wait = times === 0 ? 0 : BETWEEN_LOOKS * 2 ** (times - 1);
    const timer = setTimeout(() => {
      void takeUp(conversation, question).then((canCome) => {
        if (isHere) setLooked({ question: question.id, times: canCome ? times + 1 : LOOKS });
      });
    }, wait);
    return () => {
      isHere = false;
      clearTimeout(timer);
    };
  }, [conversation, question?.id, isWanted, isFresh, isRunning, times]);
  return isWanted;
}
