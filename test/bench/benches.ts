import { costAtRest } from './at-rest.ts';
import { type Chart, mintsChart, rideThroughChart, warmVendChart } from './charts.ts';
import { coldStart, coldStarts } from './cold-start.ts';
import * as aDay from './cost-of-a-day.ts';
import { firstVend, firstVends } from './first-vend.ts';
import { simulateFleet } from './fleet.ts';
import { perRound, rounds } from './interleaved.ts';
import { loggedBytes } from './logged-bytes.ts';
import { coldMisses, outageRideThrough } from './outage.ts';
import { policyLookup } from './policy-lookup.ts';
import type { Row } from './report.ts';
import * as large from './scale.ts';
import { coldVends, sideBySide } from './side-by-side.ts';
import { clientRounds, invocationsPerRound, processes, warmVendUnderClient } from './under-client.ts';
import { warmVend } from './warm-vend.ts';

export type BenchOptions = {
  /** Where AWS's runtime client is installed. */
  runtimeClient: string | undefined;
};

export type Bench = {
  title: string;
  words: string;
  rows: (options: BenchOptions) => Promise<Row[]>;
  chart?: (rows: readonly Row[]) => Chart;
};

export const benches: Record<string, Bench> = {
  warm: {
    title: 'CPU of a warm vend',
    words:
      'A vend from memory, log and metrics on, by the handler of the built bundle, against a handler that parses the body, ' +
      'writes one line and answers a constant: with the logger of Powertools for AWS Lambda, and with console.log of a ' +
      `JSON string. In process, interleaved, medians of ${rounds} rounds of ${perRound} calls. The parts are differences ` +
      'of the request from its sources with one part more each time, so they add up to most of the whole.',
    rows: warmVend,
    chart: warmVendChart,
  },
  client: {
    title: 'CPU of an invocation under a runtime client',
    words:
      'The same warm vend and the same constant handlers in fresh processes that get their events from a Lambda Runtime API on ' +
      'loopback: all CPU of the process for one invocation, so with HTTP and JSON of the event and the response. The minimal loop ' +
      'does the least that a runtime client has to do, over node:http; aws-lambda-ric is AWS’s own, which compiles libcurl as it ' +
      'is installed and is therefore no dependency here: `npm install --prefix FOLDER aws-lambda-ric@4.0.2`, then ' +
      '`npm run bench -- --runtime-client FOLDER`. Interleaved, medians of ' +
      `${processes} sets of processes, of each ${clientRounds} rounds of ${invocationsPerRound} invocations; stdout is the null device.`,
    rows: ({ runtimeClient }) => warmVendUnderClient(runtimeClient),
  },
  policy: {
    title: 'CPU of a decision by the size of the policy',
    words:
      'Every vend asks the policy. Grants are found in an index by account and name, so a policy of a large company costs what one ' +
      'grant costs. A decision for a caller whom a principal names whole, in a policy of one grant to ten principals, = 1. A ' +
      'prefix costs a look-up for each length that prefixes have. The index is built once an instance, with its first decision.',
    rows: policyLookup,
  },
  log: {
    title: 'Bytes in the log',
    words:
      'What a vend from memory leaves in the log: its audit line is written by the sources, the others have the formats of the ' +
      'stack and of Lambda. Dollars are for the log’s ingestion.',
    rows: loggedBytes,
  },
  init: {
    title: 'CPU of a cold start',
    words:
      'A fresh process that imports the bundle, less an empty one, against one that imports a plain handler with Middy, full ' +
      'zod and both SDK clients as esbuild bundles it for Node by default; both with AWS’s own endpoints. User and system time, medians of ' +
      `${coldStarts} interleaved runs.`,
    rows: coldStart,
  },
  first: {
    title: 'The first vend of an instance',
    words:
      'A fresh process that imports each handler and has it vend once, before emulators on this machine over plain HTTP: a ' +
      'token that stands in the table, and one that must be minted. CPU as above, medians of ' +
      `${firstVends} interleaved runs, the import of the plain handler = 1. Then the calls to DynamoDB, Secrets Manager ` +
      'and Connect, and how many of them wait for one another. The plain handler takes no lease and writes nothing, so it ' +
      'mints again for each instance.',
    rows: firstVend,
  },
  others: {
    title: 'Side by side',
    words:
      'The same vend by what one would write instead: ready middlewares as their documents compose them, and a certified ' +
      'OAuth client in a plain handler, each with a token cache of its own instance, bundled by esbuild’s defaults. They ' +
      'check no policy, write no audit line, share no token and miss a rotation. CPU, as above: a cold start of this ' +
      `service = 1 (medians of ${coldVends}), and the constant handler with Powertools’ logger = 1 for a warm vend.`,
    rows: sideBySide,
  },
  fleet: {
    title: 'Ninety days of a fleet',
    words:
      'The real code on a virtual clock before a table in memory: instances that live two hours, 1 000 000 vends at random ' +
      'times, tokens of 24 hours. The theoretical minimum is a greedy schedule over the same arrivals, a new token only ' +
      'when the last has run out; for comparison, what one cache an instance would mint. A thousand instances see one ' +
      'vend in two hours each, so nearly every vend reads the table; ten see 93. The last two rows are of callers who all ' +
      'ask for a `min_ttl`, with 100 000 vends. Dollars are for API Gateway, ' +
      'Lambda, its log, the table and reads of secrets, by `test/bench/prices.ts`; what is paid by the month (keys, ' +
      'secrets, alarms, metrics) is not in them.',
    rows: async () => [
      await simulateFleet(1),
      await simulateFleet(20),
      await simulateFleet(200),
      await simulateFleet(1, { instances: 100 }),
      await simulateFleet(1, { instances: 10 }),
      await simulateFleet(1, { instances: 1 }),
      await simulateFleet(1, { minTtlHours: 6, vends: 100_000 }),
      await simulateFleet(1, { minTtlHours: 12, vends: 100_000 }),
    ],
    chart: mintsChart,
  },
  day: {
    title: 'A day of vends',
    words:
      `${aDay.instances} instances vend ${aDay.tokens} tokens at an even rate. Table reads are those of some minutes at the rate (30 ` +
      'minutes and 5), scaled to a day; mints, writes and reads of secrets, which do not depend on the rate, are a tenth of ten ' +
      'days. AWS KMS is called on behalf of customer managed keys: DynamoDB keeps a table’s key for each connection and asks ' +
      'again after five minutes of inactivity, so at most once in five minutes for each instance; Secrets Manager asks with ' +
      'each read. Lambda’s milliseconds are assumed, with 512 MB; nothing here is measured on AWS.',
    rows: aDay.costOfADay,
  },
  scale: {
    title: 'Ten thousand instances',
    words:
      `${large.instances} instances, ${large.vendsASecond} vends a second at random on a virtual clock, and what the token table gets ` +
      'in its busiest second. One item of DynamoDB takes 3000 strongly consistent reads and 1000 writes a second; a new table ' +
      'on demand takes 12 000 and 4000. The hottest item of many tokens is the client’s circuit breaker, which each claim of a ' +
      'lease reads. In the last row Lambda starts a thousand instances in ten seconds, the most that it starts of one function, ' +
      'and a mint takes 300 ms.\n\n' +
      'At 10 000 vends a second, on paper, API Gateway gives first: 10 000 requests a second are its default quota for an account and ' +
      'a Region (2500 in some), shared by all its APIs, and it can be raised. The function needs 100 to 200 instances at once if a ' +
      'vend takes 10 to 20 ms: Lambda’s default quota is 1000, shared by the account’s functions, and an outage that ' +
      'makes each vend wait for a second needs ten times that. The table comes last: an instance asks once in 55 seconds for ' +
      'each token that it vends, so 10 000 instances read one item 182 times a second. What would come close to the limit of ' +
      'one item is that more than 1000 instances claim one lease within a second, or that more than 3000 first vends a second ' +
      'meet one token or a failing client. Vends go on where the table throttles: from memory, or by a mint of their own.',
    rows: large.scale,
  },
  rest: {
    title: 'A month at rest',
    words:
      'The stack of `infra/policy.yaml` while nobody calls, by the resources in its template and `test/bench/prices.ts`. A ' +
      'fleet that vends adds up to thirty metrics: one for each cache status and each reason that occurs.',
    rows: costAtRest,
  },
  cold: {
    title: 'A thousand cold misses at once',
    words: 'A thousand instances miss the same token at the same moment.',
    rows: coldMisses,
  },
  outage: {
    title: 'Connect is down',
    words:
      'From a random phase of a kept-warm token’s life; the refresh function runs every 15 minutes, three instances are ' +
      'asked every five. For comparison, a cache that asks for the next token when the last has run out.',
    rows: async () => [
      await outageRideThrough(60, 100),
      await outageRideThrough(90, 1_000),
      await outageRideThrough(120, 100),
      await outageRideThrough(180, 100),
      await outageRideThrough(240, 100),
      await outageRideThrough(360, 100),
    ],
    chart: rideThroughChart,
  },
};
