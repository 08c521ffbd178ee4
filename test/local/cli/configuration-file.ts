import type * as z from 'zod';
import { ConfigurationError, type Finding } from '../../../infra/files/problems.ts';
import { schemaFindings } from '../../../infra/files/schema-findings.ts';
import { readSource } from '../../../infra/files/source.ts';
import { readText } from '../../../infra/files/text-file.ts';

/** Reads a YAML file that a schema and `rules` describe; `example` is one like it. Throws ConfigurationError. */
export function readConfiguration<S extends z.ZodType>(
  file: string,
  {
    schema,
    rules = () => [],
    example,
  }: { schema: S; rules?: (data: z.output<S>) => Finding[]; example: string },
): z.output<S> {
  const { value, locate } = readSource(readText(file), file);
  const refuseIf = (findings: readonly Finding[]) => {
    if (findings.length > 0) throw new ConfigurationError(file, locate(findings));
  };
  if (value === null) refuseIf([{ path: [], text: `this file is empty: write one like ${example}` }]);
  refuseIf(schemaFindings(schema, value));
  const data = schema.parse(value);
  refuseIf(rules(data));
  return data;
}
