/**
 * Gets a token, and with CONNECT_URL calls Connect with it:
 *
 *     TOKEN_URL=… CONNECT_URL=… node example.ts connect:fulfillment
 *
 * The AWS credentials are those that the AWS SDK finds.
 */
import { connectTokens } from './connect-token.ts';

const [scope] = process.argv.slice(2);
const connect = connectTokens({ request: scope === undefined ? {} : { scope } });
const token = await connect.token();
console.log(`There is a token, of ${token.length} characters`);
const base = process.env['CONNECT_URL'];
if (base !== undefined) {
  // The Connect of the service's local stack says there whose token it is.
  const response = await connect.fetch(`${base}/v2/fulfillment/whoami`);
  console.log(`Connect answers ${response.status}`);
}
