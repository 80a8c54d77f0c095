// Calls to our own server, typed by its OpenAPI documents.
import createClient from 'openapi-fetch';
import i18next from 'i18next';
import { acceptLanguage } from '../i18n/locale';
import { ApiError, failureFrom } from './errors';
import type { components as AideerComponents, paths as AideerPaths } from './generated/aideer';
import type { components as QueryGptComponents, paths as QueryGptPaths } from './generated/querygpt';
import type { components as StockBiComponents, paths as StockBiPaths } from './generated/stock-bi';
import type { components as WenshuComponents, paths as WenshuPaths } from './generated/wenshu';
import { accessToken } from './session';

export type Schemas = QueryGptComponents['schemas'];
export type AideerSchemas = AideerComponents['schemas'];
export type StockBiSchemas = StockBiComponents['schemas'];
export type WenshuSchemas = WenshuComponents['schemas'];

/** `fetch` as whoever is signed in, in the language of the page; a token that has just ended is swapped and the call repeated. */
export async function authorizedFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  const again = request.clone();
  const token = await accessToken();
  const response = await fetch(dressed(request, token));
  if (response.status !== 401 || !token) return response;
  const fresh = await accessToken(token);
  return !fresh || fresh === token ? response : fetch(dressed(again, fresh));
}

function dressed(request: Request, token: string | null): Request {
  if (token) request.headers.set('Authorization', `Bearer ${token}`);
  request.headers.set('Accept-Language', acceptLanguage());
  return request;
}

const options = { baseUrl: '/', fetch: (request: Request) => authorizedFetch(request) };

/** QueryGPT's contract, and our own additions to it. */
export const querygpt = createClient<QueryGptPaths>(options);

/** AIDeer's contract. */
export const aideer = createClient<AideerPaths>(options);

/** The stock BI contract: feedback, who may come in, and datasets. */
export const stockbi = createClient<StockBiPaths>(options);

/** Our own contract: what those leave out. */
export const wenshu = createClient<WenshuPaths>(options);

interface Answer {
  data?: unknown;
  error?: unknown;
  response: Response;
}

/** What a call of QueryGPT's or the stock BI contract answers inside its envelope, or an `ApiError`. */
export async function data<A extends Answer>(
  call: Promise<A>,
): Promise<NonNullable<A['data']> extends { data: infer D } ? D : never> {
  const body = await plain(call);
  return (body as unknown as { data: never }).data;
}

/** What a call answers, or an `ApiError`. */
export async function plain<A extends Answer>(call: Promise<A>): Promise<NonNullable<A['data']>> {
  const { data: body, error, response } = await call;
  if (!response.ok) throw failureFrom(response.status, error);
  return body as NonNullable<A['data']>;
}

/** Words for people about anything that was thrown. */
export function reasonOf(error: unknown): string {
  if (error instanceof ApiError) {
    // "The request is invalid" says less than what is invalid in it.
    return error.fields.map((fault) => fault.message).join('; ') || error.message;
  }
  if (error instanceof TypeError) return i18next.t('common.unreachable');
  return error instanceof Error ? error.message : String(error);
}
