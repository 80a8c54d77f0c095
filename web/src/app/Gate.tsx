// Lets in who is signed in, and takes everybody else to the door, from where they come back to where they wanted to go.
import type { ReactNode } from 'react';
import { Navigate, useLocation } from 'react-router';
import { useSignedIn } from '../api/session';

export function Gate({ children }: { children: ReactNode }) {
  const isSignedIn = useSignedIn();
  const { pathname, search } = useLocation();
  if (isSignedIn) return children;
  const wanted = pathname + search;
  return <Navigate to="/sign-in" replace state={wanted === '/' ? undefined : { wanted }} />;
}
