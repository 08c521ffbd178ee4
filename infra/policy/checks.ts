/** What a policy is checked against besides its own text. */
export type Checks = {
  /** A deployed function finds no host of the machine that deploys it; the local stack does. */
  target: 'deployment' | 'local';
  /** A date such as 2027-01-31, in UTC: grants that expired before it are refused. Without it none is. */
  today?: string;
  /** The names of secrets that other stages create, each with the stage and its policy file. */
  secretsOfOtherStages?: ReadonlyMap<string, string>;
};
