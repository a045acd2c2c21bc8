import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { Schema } from '@/api/client';
import classes from './ConversationList.module.css';
import { STANDINGS, type Standing } from './search';
import { STANDING_NAMES } from './texts';

interface StandingsProps {
  standing: Standing;
  counts?: Schema<'Attention'>;
  onChange: (standing: Standing) => void;
}

/** Open conversations, and those that were laid aside. */
export function Standings({ standing, counts, onChange }: StandingsProps) {
  useComeBack(counts?.deferred);
  const count = (name: Standing) => (name === 'open' ? undefined : counts?.[name]);
  return (
    <div className={classes.standings} role="group" aria-label="Состояние">
      {STANDINGS.map((name) => (
        <button key={name} type="button" aria-pressed={name === standing} onClick={() => onChange(name)}>
          {STANDING_NAMES[name]} <span className="soft numbers">{shown(count(name))}</span>
        </button>
      ))}
    </div>
  );
}

function shown(count: number | undefined): string {
  return count ? (count >= 100 ? '99+' : String(count)) : '';
}

/** When fewer are put off than a moment ago, the list has a row more. */
function useComeBack(deferred: number | undefined): void {
  const cache = useQueryClient();
  const before = useRef(deferred);
  useEffect(() => {
    const fewer = before.current !== undefined && deferred !== undefined && deferred < before.current;
    before.current = deferred;
    if (fewer) void cache.invalidateQueries({ queryKey: ['conversations', 'list'] });
  }, [deferred, cache]);
}
