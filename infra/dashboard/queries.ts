import { CfnQueryDefinition, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** The log groups of the service. */
export type Logs = { vend: ILogGroup; refresh: ILogGroup; access: ILogGroup };

type Query = { name: string; over: ReadonlyArray<keyof Logs>; text: string };

/** A text of 64 hexadecimal digits, for the reader to replace. */
const someHash = '0'.repeat(64);

/** Questions that operators ask of the logs, in the language of CloudWatch Logs Insights. docs/operating.md has them too. */
export const queries: readonly Query[] = [
  {
    name: 'Vends by caller',
    over: ['vend'],
    text: `filter message = "token request" and status = 200
| stats count(*) as vends, count(mint) as mints by caller, client, scopes.0
| sort vends desc`,
  },
  {
    name: 'Denials by reason',
    over: ['vend'],
    text: `filter decision = "deny"
| stats count(*) as denials, latest(request_id) as last_request by reason, caller, client, grant_type
| sort denials desc`,
  },
  {
    name: 'One token, by its SHA-256',
    over: ['vend', 'refresh'],
    text: `fields @timestamp, message, request_id, caller, client, scopes.0, cache, mint, outcome
| filter token_sha256 = "${someHash}"
| sort @timestamp asc`,
  },
  {
    name: 'Faults upstream',
    over: ['vend', 'refresh'],
    text: `filter ispresent(mint) and mint != "token"
| stats count(*) as mints, latest(@timestamp) as last by client, mint, upstream_status, upstream_error, system_error, failed_check, fault
| sort mints desc`,
  },
  {
    name: 'Requests without an audit line',
    over: ['vend', 'access'],
    text: `filter ispresent(request_id)
| stats count(message) as lines, latest(status) as last_status, latest(error_type) as gateway_error, latest(caller) as who by request_id
| filter lines = 0`,
  },
];

/** Saves the queries in CloudWatch, in a folder that has the service's name. */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, { serviceName, logs }: { serviceName: string; logs: Logs }) {
    super(scope, id);
    for (const { name, over, text } of queries) {
      new CfnQueryDefinition(this, name.replaceAll(/[^A-Za-z]/g, ''), {
        name: `${serviceName}/${name}`,
        queryString: text,
        logGroupNames: over.map((group) => logs[group].logGroupName),
      });
    }
  }
}
