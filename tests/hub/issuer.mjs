// Tokens of an issuer that is not ours: node-oidc-provider gives them, `jose` makes those that it would not give.
// Started by tests/hub/real_issuer.rs with MODULES (where npm put both) and PROGRAM (`git-chittysync`).
import { spawn, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import assert from 'node:assert';
import { createInterface } from 'node:readline';
import http from 'node:http';

const load = createRequire(process.env.MODULES + '/node_modules/x.js');
const { Provider } = await import(pathToFileURL(load.resolve('oidc-provider')));
const jose = await import(pathToFileURL(load.resolve('jose')));

const AUDIENCE = 'chittycanon://core/services/chittysync';
const keys = [];
for (const [alg, kid] of [['RS256', 'rsa'], ['ES256', 'curve'], ['EdDSA', 'edwards']]) {
  const pair = await jose.generateKeyPair(alg, { extractable: true, crv: alg === 'EdDSA' ? 'Ed25519' : undefined });
  keys.push({ ...(await jose.exportJWK(pair.privateKey)), kid, alg, use: 'sig' });
}

// The provider wants to know its name before it listens.
const server = http.createServer();
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, {
  jwks: { keys },
  clients: ['RS256', 'ES256', 'EdDSA'].map((alg) => ({
    client_id: alg, client_secret: 'secret', grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
    token_endpoint_auth_method: 'client_secret_post',
  })),
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'] },
  scopes: ['chittysync:read', 'chittysync:write', 'mail'],
  extraTokenClaims: () => ({ device: 'one' }),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, resource, client) => ({
        scope: 'chittysync:read chittysync:write mail', audience: resource, accessTokenTTL: 300,
        accessTokenFormat: 'jwt', jwt: { sign: { alg: client.clientId } },
      }),
    },
  },
});
server.on('request', provider.callback());

async function given(client, scope, resource = AUDIENCE) {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: client, client_secret: 'secret', scope, resource });
  const answer = await fetch(`${issuer}/token`, { method: 'POST', body });
  const token = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(token));
  return token.access_token;
}

const program = process.env.PROGRAM;
for (const [key, value] of [['hubIssuer', issuer], ['hubAudience', AUDIENCE], ['hubKeys', `${issuer}/jwks`]]) {
  assert.equal(spawnSync('git', ['config', '--global', `chittysync.${key}`, value]).status, 0);
}
const hub = spawn(program, ['--store', 'hub.git', 'hub', '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const [first] = await new Promise((done) => createInterface({ input: hub.stdout }).once('line', (line) => done([line])));
const base = new URL(first).origin;

async function status(token, method = 'GET', path = '/api/status', body) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return (await fetch(base + path, { method, headers, body })).status;
}

let failed = 0;
function expect(what, found, expected) {
  console.log(`${found === expected ? 'ok' : 'NOT OK'}: ${what}: ${found}`);
  if (found !== expected) failed += 1;
}

try {
  for (const alg of ['RS256', 'ES256', 'EdDSA']) {
    const token = await given(alg, 'chittysync:write');
    expect(`${alg} by the provider`, await status(token), 200);
    expect(`${alg}, and something is said`, await status(token, 'POST', '/api/todo', `{"content":"By ${alg}"}`), 201);
    const listed = spawnSync('git', ['-c', `http.extraHeader=Authorization: Bearer ${token}`, 'ls-remote', first]);
    expect(`${alg} by git`, listed.status, 0);
  }
  const reads = await given('ES256', 'chittysync:read');
  expect('it may read', await status(reads), 200);
  expect('and not write', await status(reads, 'POST', '/api/todo', '{"content":"x"}'), 403);
  expect('for something else', await status(await given('ES256', 'mail')), 403);
  expect('for another service', await status(await given('ES256', 'chittysync:write', 'urn:another')), 401);

  const claims = { scope: 'chittysync:write', device: 'one', client_id: 'x' };
  const made = (alg, kid, key, change) => {
    let token = new jose.SignJWT(claims).setProtectedHeader({ alg, kid, typ: 'at+jwt' }).setSubject('x').setIssuedAt();
    token = token.setIssuer(change?.iss ?? issuer).setAudience(change?.aud ?? AUDIENCE).setExpirationTime(change?.exp ?? '5m');
    return token.sign(key);
  };
  const own = await jose.importJWK(keys[1], 'ES256');
  const stranger = (await jose.generateKeyPair('ES256')).privateKey;
  const { d, ...open } = keys[1];
  const pem = await jose.exportSPKI(await jose.importJWK(open, 'ES256'));
  expect('as the provider makes them', await status(await made('ES256', 'curve', own)), 200);
  expect('expired', await status(await made('ES256', 'curve', own, { exp: Math.floor(Date.now() / 1000) - 120 })), 401);
  expect('another audience', await status(await made('ES256', 'curve', own, { aud: 'x' })), 401);
  expect('another issuer', await status(await made('ES256', 'curve', own, { iss: 'https://evil.example' })), 401);
  expect('an unknown key', await status(await made('ES256', 'other', own)), 401);
  expect('somebody else\'s key', await status(await made('ES256', 'curve', stranger)), 401);
  expect('HS256 with the public key', await status(await made('HS256', 'curve', new TextEncoder().encode(pem))), 401);
  const unsecured = new jose.UnsecuredJWT(claims).setSubject('x').setIssuer(issuer).setAudience(AUDIENCE).setExpirationTime('5m').encode();
  expect('alg none', await status(unsecured), 401);
  expect('unsigned claims', await status(jose.base64url.encode(JSON.stringify({ ...claims, sub: 'x' }))), 401);
} finally {
  hub.kill();
  server.close();
  server.closeAllConnections();
}
process.exit(failed ? 1 : 0);
