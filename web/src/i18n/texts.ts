// The shape of the texts: Chinese has every key, and every other language the same ones.
import type zh from './zh';

type Widened<T> = { [K in keyof T]: T[K] extends string ? string : Widened<T[K]> };

export type Texts = Widened<typeof zh>;
