import { type Identity, matchesPrincipal, type Principal } from '../../lambda/policy/principal.ts';
import { pathlessArn } from './principal-arns.ts';
import { type Alphabet, type Pattern, standInsFor, unclaimedAfter } from './stand-ins.ts';

/** An identity that stands for all that no principal tells apart, and the principal that is closest to it. */
export type StandInCaller = { identity: Identity; closest: Principal };

/** IAM's characters and length of a role's name. */
const iamNames: Alphabet = {
  characters: [...'0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_+=,.@'],
  maxLength: 64,
};
const hexadecimal: Alphabet = { characters: [...'0123456789abcdef'], maxLength: 64 };
const suffixLength = 16;

/** Callers that stand for everybody whom at least one of the principals matches. */
export function standInCallers(principals: readonly Principal[]): StandInCaller[] {
  const once = [...new Map(principals.map((one) => [pathlessArn(one), one])).values()];
  const places = Map.groupBy(once, ({ partition, account, kind }) => [partition, account, kind].join(':'));
  return [...places.values()].flatMap(callersOfOnePlace);
}

function callersOfOnePlace(principals: readonly Principal[]): StandInCaller[] {
  const patterns = principals.map(toPattern);
  const named = standInsFor(patterns, iamNames);
  const sets = patterns.filter(({ principal }) => principal.match === 'permissionSet');
  const members = sets.flatMap((set) => membersOf(set, patterns));
  const callers = [...named, ...members].map(({ text, closest: { principal } }) => {
    const { partition, account, kind } = principal;
    return { identity: { partition, account, kind, name: text }, closest: principal };
  });
  // The first one of each class: exact names come before the patterns that match them too.
  const classes = new Map<string, StandInCaller>();
  for (const caller of callers) {
    const matched = principals.filter((one) => matchesPrincipal(one, caller.identity)).map(pathlessArn);
    const key = matched.join();
    if (matched.length > 0 && !classes.has(key)) classes.set(key, caller);
  }
  return [...classes.values()];
}

type NamePattern = Pattern & { principal: Principal };

function toPattern(principal: Principal): NamePattern {
  return { text: principal.name, isPrefix: principal.match === 'prefix', principal };
}

/** A role of the permission set that nothing else names, and one for each prefix that reaches into its suffix. */
function membersOf(
  set: NamePattern,
  patterns: readonly NamePattern[],
): Array<{ text: string; closest: NamePattern }> {
  const inside = patterns.filter(({ text, isPrefix }) => isPrefix && text.startsWith(set.text));
  return [set, ...inside].flatMap((closest) => {
    let text: string | undefined = closest.text;
    while (text !== undefined && text.length < set.text.length + suffixLength) {
      text = unclaimedAfter(text, patterns, hexadecimal);
    }
    return text === undefined ? [] : [{ text, closest }];
  });
}
