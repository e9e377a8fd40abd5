/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

/* What a peer may make this program hold or do. Functions that read a peer's octets take their
 * limit as a parameter where a test wants it small; these are what the program passes. */

/* A message, and the body of one request on the wire: the largest mail that common servers pass on,
 * with room for base64. */
#define LIMIT_MESSAGE_OCTETS (512u * 1024 * 1024)
/* What must be in memory as a whole: content whose cipher authenticates it, since none of it may be
 * given out before all has been read. What is streamed is limited by LIMIT_STREAMED_OCTETS alone.
 */
#define LIMIT_BUFFERED_OCTETS (512u * 1024 * 1024)
/* A CMS object or a content that is read, digested and encrypted in pieces, in constant memory; so
 * large that the time for it is the reader's own affair. */
#define LIMIT_STREAMED_OCTETS (G_GUINT64_CONSTANT(16) * 1024 * 1024 * 1024)
/* The header section of one entity. Real ones stay below 100 KiB. */
#define LIMIT_HEADER_OCTETS (1024u * 1024)
/* Header fields of one entity. */
#define LIMIT_HEADER_FIELDS 2000u
/* Nested multiparts and message/rfc822 of one message (RFC 8551 §3.7 asks for "arbitrarily nested"
 * within the receiver's means). */
#define LIMIT_ENTITY_DEPTH 64u
/* Entities of one message in all. */
#define LIMIT_ENTITIES 10000u
/* Cryptographic layers that are opened one inside another. */
#define LIMIT_CRYPTO_LAYERS 16u
/* Compressed content: so many times the octets of the whole message, where mail seldom compresses
 * to less than a tenth; what is that small costs nothing and is read in any case. */
#define LIMIT_INFLATED_RATIO       40u
#define LIMIT_INFLATED_FREE_OCTETS (16u * 1024 * 1024)
/* Addresses in the header fields of one message, and in one request. */
#define LIMIT_ADDRESSES 10000u
/* An address in octets: local part 64, domain 253 (RFC 5321 §4.5.3.1), comments and quotes too. */
#define LIMIT_ADDRESS_OCTETS 1000u

/* RDATA is at most 65535 octets by RFC 1035 §3.2.1. */
#define LIMIT_RDATA_OCTETS 65535u
/* SMIMEA records of one owner name. */
#define LIMIT_RECORDS 200u
/* A zone-file line that a person hands in. */
#define LIMIT_PRESENTATION_OCTETS (1024u * 1024)

/* One certificate. The largest in use, with long SAN lists, stay below 64 KiB. */
#define LIMIT_CERTIFICATE_OCTETS (256u * 1024)
/* A key file or PKCS#12 file. */
#define LIMIT_KEY_FILE_OCTETS (16u * 1024 * 1024)
/* Certificates that one CMS object carries. */
#define LIMIT_CERTIFICATES    100u
#define LIMIT_SIGNERS         20u
#define LIMIT_RECIPIENT_INFOS 10000u
/* An encrypted content-encryption key, but for RSA's: the longest key that RFC 3211 has room for.
 */
#define LIMIT_WRAPPED_KEY_OCTETS 272u
/* Rounds of key derivation that the password recipients of one message may ask for, all together: a
 * second or two. Today's recommendations end at 1.3 million. */
#define LIMIT_PASSWORD_ROUNDS 2000000u
/* The salt of one of them. */
#define LIMIT_PASSWORD_SALT_OCTETS 1024u
#define LIMIT_DIGEST_ALGORITHMS    40u
#define LIMIT_ATTRIBUTES           100u
#define LIMIT_ATTRIBUTE_OCTETS     (256u * 1024)
/* SMIMECapabilities of one signature or certificate. Real lists stay below 400 octets and 30
 * entries. */
#define LIMIT_CAPABILITIES        200u
#define LIMIT_CAPABILITIES_OCTETS 2048u
/* Nested ASN.1 constructions of one CMS object. */
#define LIMIT_ASN1_DEPTH 32u
/* A field that came in pieces and is put together: a key, a digest, a signature. */
#define LIMIT_JOINED_OCTETS (64u * 1024)
/* Strings in pieces within one OCTET STRING in pieces. Nobody nests them; X.690 §8.7.3.2 lets. */
#define LIMIT_STRING_CONSTRUCTIONS 10000u
/* RSA moduli; RFC 8551 §4.2-4.5 wants 2048-4096 handled. */
#define LIMIT_RSA_BITS_MAX      16384u
#define LIMIT_RSA_BITS_MIN      1024u
#define LIMIT_RSA_EXPONENT_BITS 64u
/* Content that is signed by Ed25519 without signed attributes (RFC 8419 §3.2): it is gone through
 * twice, and so has to be in memory. */
#define LIMIT_EDDSA_MESSAGE_OCTETS (64u * 1024 * 1024)

/* Correspondents whose capabilities are remembered, and the file that they are in. */
#define LIMIT_PEERS            2000u
#define LIMIT_PEER_FILE_OCTETS (8u * 1024 * 1024)

/* One native-messaging frame towards Thunderbird (its limit is 1 MiB), and one towards us. */
#define LIMIT_FRAME_OUT_OCTETS (1024u * 1024)
#define LIMIT_FRAME_IN_OCTETS  (64u * 1024 * 1024)
/* Requests that one session works at; further ones are refused with "busy". */
#define LIMIT_REQUESTS 256u
