// SPDX-License-Identifier: MPL-2.0
// The cryptography of an AuthEnvelopedData, by Node's own library: reads {cipher, key, nonce,
// additional, plaintext, tagLength, recipient} from standard input, octets in hexadecimal, the
// recipient's certificate in PEM; writes {ciphertext, tag, encryptedKey}.
import crypto from 'node:crypto';
import { readFileSync } from 'node:fs';

const input = JSON.parse(readFileSync(0, 'utf8'));
const octets = (hex) => Buffer.from(hex, 'hex');
const plaintext = octets(input.plaintext);
const cipher = crypto.createCipheriv(input.cipher, octets(input.key), octets(input.nonce), {
    authTagLength: input.tagLength,
});
cipher.setAAD(octets(input.additional), { plaintextLength: plaintext.length });
const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
const encryptedKey = crypto.publicEncrypt(
    { key: input.recipient, padding: crypto.constants.RSA_PKCS1_PADDING },
    octets(input.key),
);
process.stdout.write(
    JSON.stringify({
        ciphertext: ciphertext.toString('hex'),
        tag: cipher.getAuthTag().toString('hex'),
        encryptedKey: encryptedKey.toString('hex'),
    }),
);
