// Sign and verify compact JWS with jose.
import {serve} from './jobs.mjs';
import {jose} from './jose.mjs';

await serve({
  async sign({payload, header, jwk}) {
    const key = await jose.importJWK(jwk, header.alg);
    return {ok: true, token: await new jose.SignJWT(payload).setProtectedHeader(header).sign(key)};
  },
  async verify({token, jwk, alg, typ, now}) {
    const key = await jose.importJWK(jwk, alg);
    const currentDate = new Date(now);
    const options = {algorithms: [alg], typ, currentDate};
    const {payload, protectedHeader} = await jose.jwtVerify(token, key, options);
    return {ok: true, payload, header: protectedHeader};
  }
});
