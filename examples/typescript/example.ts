/** Gets a token: `TOKEN_URL=… node example.ts`, with AWS credentials as the AWS SDK finds them. */
import { connectTokens } from './connect-token.ts';

const connect = connectTokens({ request: { scope: 'connect:fulfillment' } });
const token = await connect.token();
console.log(`There is a token, of ${token.length} characters`);
