import { outputOf } from '../support/programs.ts';

export type Python = { command: string; name: string; missing: string | undefined };

/** The first python3 of the PATH and the system's own: their libraries may be of different ages. */
export function pythons(library: string): Python[] {
  const found = ['python3', '/usr/bin/python3'].map((command) => {
    const program = `import platform, ${library}; print(platform.python_version(), ${library}.__version__)`;
    const [python, version] = outputOf(command, '-c', program)?.trim().split(' ') ?? [];
    return { command, python, version };
  });
  const different = found.filter(
    ({ version }, index) =>
      version !== undefined && found.findIndex((one) => one.version === version) === index,
  );
  if (different.length === 0)
    return [{ command: 'python3', name: 'Python', missing: `python3 has no ${library}` }];
  return different.map(({ command, python, version }) => ({
    command,
    name: `Python ${python}, ${library} ${version}`,
    missing: undefined,
  }));
}
