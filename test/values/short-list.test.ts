import { describe, expect, it } from 'vitest';
import { shortList } from '../../lambda/values/short-list.ts';

/** 100 characters with the separator after it. */
const long = (index: number) => `${index}`.padEnd(98, 'x');

describe('a list within a text', () => {
  it('has each item once, sorted', () => {
    expect(shortList(['b', 'a', 'c', 'b'])).toBe('a, b, c');
    expect(shortList(['a'])).toBe('a');
  });

  it('says that it is empty', () => {
    expect(shortList([])).toBe('none');
  });

  it('is cut after 600 characters, and counts the rest', () => {
    const six = [1, 2, 3, 4, 5, 6].map(long);
    expect(shortList(six)).toBe(six.join(', '));
    expect(shortList([...six, long(7)])).toBe(`${six.join(', ')} and 1 more`);
    expect(shortList([...six, '8', '9'])).toBe(`${six.join(', ')} and 2 more`);
  });

  it('of items that are longer than it may be counts them alone', () => {
    expect(shortList(['x'.repeat(599)])).toBe('1, too long to list here');
    expect(shortList(['x'.repeat(598)])).toBe('x'.repeat(598));
    expect(shortList(['a'.repeat(700), 'b'])).toBe('2, too long to list here');
  });
});
