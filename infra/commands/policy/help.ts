export const help = `npm run policy -- SUBCOMMAND

Says who may get which tokens. It asks the evaluator that the function has, and needs no AWS account.

  matrix    who may have what, as a table, JSON or CSV
  diff      who gains and who loses what between two policies
  explain   why one request is allowed or denied
  check     the mistakes of a policy file

npm run policy -- SUBCOMMAND --help lists the options.
Exit status: 0 nothing to report, 1 something to report (a gain, a denial, a stale matrix), 2 a mistake in options or files.
`;
