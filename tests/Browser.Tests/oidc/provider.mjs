// A small OpenID Connect provider for the browser tests: oidc-provider as npm delivers it, with its own sign-in pages and three people.
// node provider.mjs PORT REDIRECT SECONDS: the address that people are sent back to, and how long an access token holds.
import { Provider } from 'oidc-provider';

const [port, redirect, seconds] = process.argv.slice(2);
const people = { ada: ['operator'], cleo: ['reader'], nora: [] };

const provider = new Provider(`http://localhost:${port}`, {
  clients: [{ client_id: 'dashboard', client_secret: 'a secret between the two', redirect_uris: [redirect], grant_types: ['authorization_code', 'refresh_token'] }],
  cookies: { keys: ['signs the cookies of a test'] },
  pkce: { required: () => true },
  findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, preferred_username: id }) },
  issueRefreshToken: () => true,
  ttl: { AccessToken: Number(seconds), IdToken: 60, RefreshToken: 3600, Session: 3600, Interaction: 600, Grant: 3600 },
  // Access tokens for the platform are JWTs that name tenant and roles.
  extraTokenClaims: (_, token) => ({ tenant: 'default', roles: people[token.accountId], preferred_username: token.accountId }),
  features: {
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({ scope: 'platform', audience: 'mindbridge', accessTokenFormat: 'jwt', accessTokenTTL: Number(seconds), jwt: { sign: { alg: 'RS256' } }, resource }),
    },
  },
});

provider.on('server_error', (_, error) => console.error(error));
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
