/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

/* What a peer may make this program hold or do. Functions that read a peer's octets take their
 * limit as a parameter where a test wants it small; these are what the program passes.
 * In the order of the layers. */

/* All layers: a message as a whole. */

/* A message, and the body of one request on the wire: the largest mail that common servers pass on,
 * with room for base64. */
#define LIMIT_MESSAGE_OCTETS (512u * 1024 * 1024)
/* What must be in memory as a whole: content whose cipher authenticates it, since none of it may be
 * given out before all has been read. What is streamed is limited by LIMIT_STREAMED_OCTETS. */
#define LIMIT_BUFFERED_OCTETS (512u * 1024 * 1024)
/* A CMS object or a content that is read, digested and encrypted in pieces, in constant memory; so
 * large that the time for it is the reader's own affair. */
#define LIMIT_STREAMED_OCTETS (G_GUINT64_CONSTANT(16) * 1024 * 1024 * 1024)

/* core, dns: addresses and records. */

/* An address in octets: local part 64, domain 253 (RFC 5321 §4.5.3.1), comments and quotes too. */
#define LIMIT_ADDRESS_OCTETS 1000u
/* RDATA is at most 65535 octets by RFC 1035 §3.2.1. */
#define LIMIT_RDATA_OCTETS 65535u
/* SMIMEA records of one owner name. */
#define LIMIT_RECORDS 200u
/* A zone-file line that a person hands in. */
#define LIMIT_PRESENTATION_OCTETS (1024u * 1024)

/* mail: the structure of a message. */

/* The header section of one entity. Real ones stay below 100 KiB. */
#define LIMIT_HEADER_OCTETS (1024u * 1024)
/* Header fields of one entity. */
#define LIMIT_HEADER_FIELDS 2000u
/* The same of all entities of one message. Each field is copied, and takes some times its octets
 * where it is short; with LIMIT_ENTITIES parts there are six fields for each. */
#define LIMIT_ALL_HEADER_OCTETS (8u * 1024 * 1024)
#define LIMIT_ALL_HEADER_FIELDS 60000u
/* Of one field, looked at to find where its encoded words end; those without an end cost most. A
 * header section full of sound ones takes as many octets as it has. */
#define LIMIT_WORD_SEARCH_OCTETS (4u * 1024 * 1024)
/* Nested multiparts and message/rfc822 of one message (RFC 8551 §3.7 asks for "arbitrarily nested"
 * within the receiver's means). */
#define LIMIT_ENTITY_DEPTH 64u
/* Entities of one message in all. */
#define LIMIT_ENTITIES 10000u
/* Addresses in the header fields of one message, and in one request. */
#define LIMIT_ADDRESSES 10000u

/* mail: legacy display elements (RFC 9788 §2.1.2), which repeat header fields in a body. */

/* So much of an entity's start is searched for them. They begin the parts that are the text of a
 * message, which come first; what comes after is attached. */
#define LIMIT_LEGACY_SEARCH_OCTETS (4u * 1024 * 1024)
/* One of them. Fields of some hundred recipients stay below 64 KiB. */
#define LIMIT_LEGACY_ELEMENT_OCTETS (128u * 1024)
/* What has the class of one in HTML and is none; each is read up to where that is seen. */
#define LIMIT_LEGACY_TRIES 16u

/* cms: ASN.1, whatever it holds. */

/* Nested ASN.1 constructions of one CMS object. */
#define LIMIT_ASN1_DEPTH 32u
/* Strings in pieces within one OCTET STRING in pieces. Nobody nests them; X.690 §8.7.3.2 lets. */
#define LIMIT_STRING_CONSTRUCTIONS 10000u
/* A field that came in pieces and is put together: a key, a digest, a signature. */
#define LIMIT_JOINED_OCTETS (64u * 1024)

/* cms: one CMS object. */

/* Certificates that it carries: their number, also that of CRLs, and octets in all. Signer and path
 * are three or four of 2 KiB each; post-quantum ones have 20 KiB. */
#define LIMIT_CERTIFICATES        100u
#define LIMIT_CERTIFICATES_OCTETS (4u * 1024 * 1024)
/* A digest algorithm is named once for any number of signers. */
#define LIMIT_DIGEST_ALGORITHMS 40u
/* Mail has one signer, or two while a key is exchanged; each is judged with its path. */
#define LIMIT_SIGNERS 20u
/* A set of attributes: a signer's, or those of authenticated content. Real ones have five, and some
 * hundred octets. */
#define LIMIT_ATTRIBUTES       100u
#define LIMIT_ATTRIBUTE_OCTETS (256u * 1024)
/* SMIMECapabilities of one signature or certificate. Real lists stay below 400 octets and 30
 * entries. */
#define LIMIT_CAPABILITIES        200u
#define LIMIT_CAPABILITIES_OCTETS 2048u
/* Mailing lists that encrypt to all their members at once; only those that may be ours are kept. */
#define LIMIT_RECIPIENT_INFOS 10000u
/* Certificates that are tried for one signature, and recipients for one message: several with one
 * name are a renewal, many are an attempt to keep us busy. */
#define LIMIT_CERTIFICATES_TRIED 16u
#define LIMIT_RECIPIENTS_TRIED   16u
/* Issuers of one signer, or of the recipients of one message, that are spelled otherwise than in
 * the certificate with that serial number, and so must be read to be compared. */
#define LIMIT_NAME_COMPARISONS 16u
/* An encrypted content-encryption key, but for RSA's: the longest key that RFC 3211 has room for.
 */
#define LIMIT_WRAPPED_KEY_OCTETS 272u
/* The label of RSA-OAEP (pSpecified), of which nobody is known to write more than some dozens. */
#define LIMIT_OAEP_LABEL_OCTETS 1024u
/* User keying material and the algorithm of the key wrap, which a key agreement takes copies of,
 * one for each of its recipients. Real ones have some ten octets. */
#define LIMIT_AGREEMENT_OCTETS 4096u
/* Rounds of key derivation that the password recipients of one message may ask for, all together: a
 * second or two. Today's recommendations end at 1.3 million. */
#define LIMIT_PASSWORD_ROUNDS 2000000u
/* The salt of one of them; PBKDF2 hashes it with every block. */
#define LIMIT_PASSWORD_SALT_OCTETS 1024u
/* Content that is signed by Ed25519 without signed attributes (RFC 8419 §3.2): it is gone through
 * twice, and so has to be in memory. */
#define LIMIT_EDDSA_MESSAGE_OCTETS (64u * 1024 * 1024)
/* Compressed content: so many times the octets of the whole message, where mail seldom compresses
 * to less than a tenth; what is that small costs nothing and is read in any case. */
#define LIMIT_INFLATED_RATIO       40u
#define LIMIT_INFLATED_FREE_OCTETS (16u * 1024 * 1024)

/* cms: public keys, and how much is computed with them. */

/* RSA moduli; RFC 8551 §4.2-4.5 wants 2048-4096 handled. */
#define LIMIT_RSA_BITS_MAX      16384u
#define LIMIT_RSA_BITS_MIN      1024u
#define LIMIT_RSA_EXPONENT_BITS 64u
/* DSA, which verifies old mail alone: FIPS 186-4 §4.2 has no more. */
#define LIMIT_DSA_BITS_MAX       3072u
#define LIMIT_DSA_ORDER_BITS_MAX 256u
/* What may be computed with public keys, in the units of cms/signature-work.h, which are about a
 * microsecond each: for the signatures of one message, for those of certificates in one search for
 * paths, and there for CRLs of the certificates' issuers and of others. Apart, so that what a
 * sender adds can't use up what the rest needs. One signature with its path takes some thousand. */
#define LIMIT_SIGNATURE_WORK  150000u
#define LIMIT_PATH_WORK       100000u
#define LIMIT_ISSUER_CRL_WORK 100000u
#define LIMIT_OTHER_CRL_WORK  40000u

/* cms: one certificate. */

/* The largest in use, with long SAN lists, stay below 64 KiB. */
#define LIMIT_CERTIFICATE_OCTETS (256u * 1024)
/* NSS makes ten octets or more of each of these that is there; real ones have a dozen extensions, a
 * dozen attributes in a name, and a dozen purposes at most. */
#define LIMIT_EXTENSIONS      100u
#define LIMIT_NAME_ATTRIBUTES 400u
#define LIMIT_PURPOSES        100u
/* A name, to be compared or written out, which takes a time that can grow with the square of its
 * length. Real ones have some hundred octets. */
#define LIMIT_NAME_OCTETS 4096u
/* Mail addresses; further ones are left out. */
#define LIMIT_CERTIFICATE_ADDRESSES 1000u
/* GeneralNames in one place where paths are concerned: of a subject, constraints, distribution
 * points. Beyond that the extension counts as malformed. */
#define LIMIT_GENERAL_NAMES 500u
/* Policies, and their mappings. */
#define LIMIT_POLICIES 200u
/* Distribution points that are looked at; each is compared with each CRL. */
#define LIMIT_DISTRIBUTION_POINTS 50u

/* cms: one search for paths. */

/* Certificates of one path, and issuers that are tried. */
#define LIMIT_PATH_LENGTH 12u
#define LIMIT_PATH_STEPS  200u
/* Names compared with name constraints. */
#define LIMIT_CONSTRAINT_COMPARISONS 32768u
/* One CRL, and all together. The largest in use are those of big authorities, with some hundred
 * thousand entries. */
#define LIMIT_CRL_OCTETS  (16u * 1024 * 1024)
#define LIMIT_CRLS_OCTETS (64u * 1024 * 1024)
/* Entries of all CRLs, which take memory each. */
#define LIMIT_CRL_ENTRIES 500000u
/* Octets of the names of certificates' issuers in entries of those CRLs; an indirect CRL names one
 * for all entries that follow. */
#define LIMIT_CRL_NAME_OCTETS (1024u * 1024)

/* cms: a file of keys, PKCS#12 or other. */

/* Its length: some keys with their certificates stay below 100 KiB. */
#define LIMIT_KEY_FILE_OCTETS (16u * 1024 * 1024)
/* Key derivation for one file, in the units of cms/pbe-budget.h, which are about a tenth of a
 * microsecond each. NSS and Thunderbird write files that take 3 million, openssl 10 000. It is
 * enough for 4 million rounds of PBKDF2 with SHA-256, 1.3 with SHA-1, 0.7 with SHA-512. */
#define LIMIT_DERIVATION_COST 8000000u
/* Private keys. */
#define LIMIT_FILE_KEYS 50u
/* SafeContents, and what is in all of them: keys, certificates and others. NSS's decoder takes a
 * time that grows with the square of their number. */
#define LIMIT_SAFES     50u
#define LIMIT_SAFE_BAGS 1000u
/* SafeContents one in another; nobody is known to write more than one. */
#define LIMIT_SAFE_DEPTH 4u

/* drs: directory-replication mail. */

/* DRS_EXTENSIONS_INT ([MS-DRSR] §5.39), which has 56 octets today and has grown with each version
 * of Windows. */
#define LIMIT_DRS_EXTENSIONS_OCTETS 4096u
/* Domain controllers in the map, whose files are all read to list it; and one of those files. */
#define LIMIT_DRS_MAP_ENTRIES  5000u
#define LIMIT_DRS_ENTRY_OCTETS (80u * 1024)

/* host: what is opened, remembered, and worked at. */

/* Cryptographic layers that are opened one inside another. */
#define LIMIT_CRYPTO_LAYERS 16u
/* Correspondents whose capabilities are remembered, and the file that they are in. */
#define LIMIT_PEERS            2000u
#define LIMIT_PEER_FILE_OCTETS (8u * 1024 * 1024)
/* Certificates that were seen and are kept: in all, of one address, and their files' octets. */
#define LIMIT_SEEN            2000u
#define LIMIT_SEEN_OF_ADDRESS 16u
#define LIMIT_SEEN_OCTETS     (32u * 1024 * 1024)
/* The DER of one, and of all those above it together; these, which are two at most in use; and its
 * file. Post-quantum certificates have 20 KiB. */
#define LIMIT_SEEN_CERTIFICATE_OCTETS (48u * 1024)
#define LIMIT_SEEN_ISSUERS            6u
#define LIMIT_SEEN_FILE_OCTETS        (160u * 1024)
/* One native-messaging frame towards Thunderbird (its limit is 1 MiB), and one towards us. */
#define LIMIT_FRAME_OUT_OCTETS (1024u * 1024)
#define LIMIT_FRAME_IN_OCTETS  (64u * 1024 * 1024)
/* Requests that one session works at; further ones are refused with "busy". */
#define LIMIT_REQUESTS 256u
