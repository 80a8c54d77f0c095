// Parts of a screen that are loaded when they are first shown, so that the screen itself is there soon.
import { Skeleton } from 'antd';
import { lazy, Suspense, type ComponentType } from 'react';

/** A component that is loaded when it is first shown. `isQuiet`: nothing stands in its place until then, as for what opens over the rest. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>, isQuiet = false): ComponentType<P> {
  const Loaded = lazy(async () => ({ default: await load() }));
  return function Later(props: P) {
    return (
      <Suspense fallback={isQuiet ? null : <Skeleton active />}>
        <Loaded {...props} />
      </Suspense>
    );
  };
}
