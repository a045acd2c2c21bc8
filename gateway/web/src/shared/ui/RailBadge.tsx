import classes from './RailBadge.module.css';

interface RailBadgeProps {
  count: number;
  /** For those who hear the screen: «2 непрочитанных чата». */
  words: string;
  /** Something is meant for this person alone. */
  isNamed?: boolean;
}

/** How much asks for attention behind an entry of the rail. */
export function RailBadge({ count, words, isNamed = false }: RailBadgeProps) {
  if (count === 0) return null;
  return (
    <span className={classes.badge} data-named={isNamed || undefined}>
      <span aria-hidden="true">
        {isNamed ? '@' : ''}
        {count}
      </span>
      <span className="unseen">{words}</span>
    </span>
  );
}
