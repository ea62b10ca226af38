// jose: microseconds to check a compact JWS. Prints one line of JSON.
//
//     node jose_bench.mjs payload.json
//     {"EdDSA": 194, "ES256": 158}
import {best} from './rounds.mjs';
import {jose} from '../../tests/conformance/node/jose.mjs';
import {readFileSync} from 'node:fs';

const payload = readFileSync(process.argv[2]);
const found = {};
for(const alg of ['EdDSA', 'ES256']) {
  const {publicKey, privateKey} = await jose.generateKeyPair(alg);
  const token = await new jose.CompactSign(payload)
    .setProtectedHeader({alg, typ: 'vc+jwt', kid: 'k'})
    .sign(privateKey);
  const spent = await best(() => jose.compactVerify(token, publicKey), {count: 1000});
  found[alg] = Math.round(spent * 10) / 10;
}
console.log(JSON.stringify(found));
