import type { ChannelLight } from '../light';
import classes from './Light.module.css';

/** A dot whose shape differs with its colour; the word stands beside it or in the title. */
export function Light({ light }: { light: ChannelLight }) {
  return <span className={classes.light} data-color={light.color} title={light.cause} aria-hidden="true" />;
}
