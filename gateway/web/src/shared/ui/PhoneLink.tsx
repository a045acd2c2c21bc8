import { phone } from '../format';

/** A number that can be dialled; shown in groups. */
export function PhoneLink({ value }: { value: string }) {
  return (
    <a href={`tel:${value.replace(/[^\d+]/g, '')}`} className="link numbers">
      {phone(value)}
    </a>
  );
}
