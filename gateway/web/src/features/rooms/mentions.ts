import type { RoomMember } from './api';

/** What is being typed after «@» at the cursor, and where it begins. */
export function typedMention(text: string, cursor: number): { from: number; words: string } | undefined {
  const found = /(^|[\s(«])@([\p{L}\d .-]{0,40})$/u.exec(text.slice(0, cursor));
  if (!found) return undefined;
  return { from: cursor - found[2]!.length - 1, words: found[2]! };
}

/** Members whose name fits what is typed. */
export function offered(members: readonly RoomMember[], words: string, me: string): RoomMember[] {
  const wanted = words.trim().toLocaleLowerCase('ru');
  const fits = (name: string) => {
    const lower = name.toLocaleLowerCase('ru');
    return lower.startsWith(wanted) || lower.split(' ').some((word) => word.startsWith(wanted));
  };
  return members.filter((member) => !member.disabled && member.user_id !== me && fits(member.name)).slice(0, 6);
}

/** Whom a text names: «@» and a member's whole name. */
export function mentionedIn(text: string, members: readonly RoomMember[]): string[] {
  return members.filter((member) => text.includes(`@${member.name}`)).map((member) => member.user_id);
}
