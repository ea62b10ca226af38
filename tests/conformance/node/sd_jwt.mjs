// Issue, present and verify SD-JWT VCs with @sd-jwt/sd-jwt-vc over node's own cryptography.
import {serve} from './jobs.mjs';
import {createHash, createPrivateKey, createPublicKey, randomBytes, sign, verify} from 'node:crypto';
import {SDJwtVcInstance} from '@sd-jwt/sd-jwt-vc';

const DIGESTS = {EdDSA: null, ES256: 'sha256', ES384: 'sha384'};
const plain = {dsaEncoding: 'ieee-p1363'};

function signer(alg, jwk) {
  const key = createPrivateKey({key: jwk, format: 'jwk'});
  return data => sign(DIGESTS[alg], Buffer.from(data), {key, ...plain}).toString('base64url');
}

function checker(alg, jwk) {
  const key = createPublicKey({key: jwk, format: 'jwk'});
  return (data, signature) =>
    verify(DIGESTS[alg], Buffer.from(data), {key, ...plain}, Buffer.from(signature, 'base64url'));
}

function instance({alg, jwk, holderAlg, holderJwk, ...more}) {
  return new SDJwtVcInstance({
    hasher: (data, name) => createHash(name.replace('-', '')).update(data).digest(),
    hashAlg: 'sha-256',
    saltGenerator: () => randomBytes(16).toString('base64url'),
    signAlg: alg,
    kbSignAlg: holderAlg,
    ...more
  });
}

await serve({
  async issue({claims, frame, kid, ...job}) {
    const issuer = instance({...job, signer: signer(job.alg, job.jwk)});
    return {ok: true, token: await issuer.issue(claims, frame, {header: {kid}})};
  },
  async present({token, frame, kb, ...job}) {
    const holder = instance({...job, kbSigner: signer(job.holderAlg, job.holderJwk)});
    return {ok: true, token: await holder.present(token, frame, {kb: {payload: kb}})};
  },
  async verify({token, now, nonce, ...job}) {
    const verifier = instance({
      ...job,
      verifier: checker(job.alg, job.jwk),
      kbVerifier: (data, signature, payload) =>
        checker(job.holderAlg, payload.cnf.jwk)(data, signature)
    });
    const options = {currentDate: now, keyBindingNonce: nonce};
    const {payload, header, kb} = await verifier.verify(token, options);
    return {ok: true, payload, header, kb: kb?.payload};
  }
});
