/** Something that a person may do to the local stack: one command to paste, and one line on what it shows. */
export type Door = {
  /** Doors with the same heading stand below it. */
  group: string;
  expect: string;
  command: string;
  /** Shown when the stack starts; the others are listed by the control server. */
  isFirst?: boolean;
};

/** Headings, then what to expect, then the command at the start of a line. */
export function listDoors(doors: readonly Door[], heading = (text: string) => text): string {
  const groups = Map.groupBy(doors, ({ group }) => group);
  return [...groups]
    .map(([title, its]) =>
      [heading(title), ...its.map(({ expect, command }) => `  ${expect}\n${command}`)].join('\n'),
    )
    .join('\n\n');
}
