import { channelLook } from '@/channels';
import classes from './PersonAvatar.module.css';

interface PersonAvatarProps {
  name: string;
  channel?: string;
  size?: number;
}

/** Letters of a name; a number that stands for a name shows its last two digits. */
export function initials(name: string): string {
  const words = name.replace(/["«»()]/g, '').split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  if (words.length === 0) return name.replace(/\D/g, '').slice(-2) || '?';
  return words.slice(0, 2).map((word) => word[0]).join('').toUpperCase();
}

function hue(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)!) % 360;
  return sum;
}

/** A round sign of a person, with the badge of a channel. */
export function PersonAvatar({ name, channel, size = 40 }: PersonAvatarProps) {
  const look = channel ? channelLook(channel) : null;
  return (
    // The letters are drawn, not said: the name stands beside them.
    <span className={classes.avatar} data-letters={initials(name)} style={{ width: size, height: size, fontSize: size * 0.36, ['--hue' as string]: hue(name) }}>
      {look && (
        <span className={classes.badge} style={{ background: look.color }} title={look.name}>
          <look.icon size={12} aria-hidden="true" />
          <span className="unseen">{look.name}</span>
        </span>
      )}
    </span>
  );
}
