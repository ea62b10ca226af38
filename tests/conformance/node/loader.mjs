// Contexts from the product's own files; keys of did:key and of the DID documents that are given.
import './offline.mjs';
import {readFileSync} from 'node:fs';
import * as Bls12381Multikey from '@digitalbazaar/bls12-381-multikey';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as didKey from '@digitalbazaar/did-method-key';

export {Ed25519Multikey};

const DATA = new URL('../../../src/stackmark/canonical/data/', import.meta.url);
const contexts = new Map(read('index.json')
  .filter(line => line.use === 'served')
  .map(line => [line.url, read(line.file)]));

const driver = didKey.driver();
for(const [header, fromMultibase] of [
  ['z6Mk', Ed25519Multikey.from], ['zDna', EcdsaMultikey.from], ['z82L', EcdsaMultikey.from],
  ['zUC7', Bls12381Multikey.from]
]) {
  driver.use({multibaseMultikeyHeader: header, fromMultibase});
}

function read(name) {
  return JSON.parse(readFileSync(new URL(name, DATA)));
}

export async function documentLoader(url) {
  const document = contexts.get(url) ??
    (url.startsWith('did:key:') ? await driver.get({url}) : undefined);
  if(document === undefined) {
    throw new Error(`Nothing is fetched: ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document};
}

/** A key pair from a private Multikey; its id is the did:key method. */
export async function keyPair({secretKeyMultibase, publicKeyMultibase}) {
  const others = {z6Mk: Ed25519Multikey, zUC7: Bls12381Multikey};
  const make = others[publicKeyMultibase.slice(0, 4)] ?? EcdsaMultikey;
  const controller = `did:key:${publicKeyMultibase}`;
  const id = `${controller}#${publicKeyMultibase}`;
  return make.from({type: 'Multikey', id, controller, publicKeyMultibase, secretKeyMultibase});
}
