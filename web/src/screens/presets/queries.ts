// The presets that somebody may use: own ones and those for all.
import { useQuery } from '@tanstack/react-query';
import { aideer, plain } from '../../api/client';

export const PRESETS = ['presets'] as const;

export const usePresets = (isWanted = true) =>
  useQuery({
    queryKey: PRESETS,
    enabled: isWanted,
    queryFn: () => plain(aideer.GET('/api/v1/presets', { params: { query: { limit: 100 } } })),
  });
