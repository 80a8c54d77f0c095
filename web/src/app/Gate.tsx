// Lets in who is signed in, and takes everybody else to the door, from where they come back to where they wanted to go.
import { Fragment, type ReactNode } from 'react';
import { Navigate, useLocation } from 'react-router';
import { useAccount } from '../api/session';

export function Gate({ children }: { children: ReactNode }) {
  const account = useAccount();
  const { pathname, search } = useLocation();
  // Nothing that a screen of one account holds may stay for another.
  if (account !== null) return <Fragment key={account}>{children}</Fragment>;
  const wanted = pathname + search;
  return <Navigate to="/sign-in" replace state={wanted === '/' ? undefined : { wanted }} />;
}
