// The shape of the texts: Chinese has every key, and every other language the same ones.
import type zh from './zh';

type Widened<T> = { [K in keyof T]: T[K] extends string ? string : Widened<T[K]> };

export type Texts = Widened<typeof zh>;

/** The texts of an area in a language that says one thing otherwise than several: `key_one` beside `key`, where it is said with a count. */
export type Counted<T> = T & { [K in keyof T as `${K & string}_one`]?: string };
