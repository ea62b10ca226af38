// @digitalbazaar/vc: credentials a second, all in memory. Prints one line of JSON.
//
//     node vc_bench.mjs credential.json
//     {"rdfc": {"issue": 124, "verify": 134}, "jcs": {"issue": 1792, "verify": 2312}}
//
// The issuer is replaced by a did:key of a new key; the status is not looked up.
import * as suites from '../../tests/conformance/node/suites.mjs';
import {Ed25519Multikey, keyPair} from '../../tests/conformance/node/loader.mjs';
import {best} from './rounds.mjs';
import {readFileSync} from 'node:fs';

const credential = JSON.parse(readFileSync(process.argv[2]));
const {publicKeyMultibase, secretKeyMultibase} = await Ed25519Multikey.generate();
const key = await keyPair({publicKeyMultibase, secretKeyMultibase});
const now = credential.validFrom;
const {issuer} = credential;
credential.issuer = typeof issuer === 'string' ? key.controller : {...issuer, id: key.controller};
delete credential.proof;

async function measure(name, count) {
  const suite = suites.signing(name, key, {date: now});
  // A new object each time, as from a parser: the packages remember what they have seen.
  const fresh = () => structuredClone(credential);
  const signed = JSON.stringify(await suites.issue(fresh(), suite, now));
  const {verified, error} = await suites.verify(JSON.parse(signed), now);
  if(!verified) {
    throw error;
  }
  const issue = await best(() => suites.issue(fresh(), suite, now), {count});
  const verify = await best(() => suites.verify(JSON.parse(signed), now), {count});
  return {issue: Math.round(1e6 / issue), verify: Math.round(1e6 / verify)};
}

console.log(JSON.stringify({
  rdfc: await measure('eddsa-rdfc-2022', 40),
  jcs: await measure('eddsa-jcs-2022', 300)
}));
