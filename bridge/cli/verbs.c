/* SPDX-License-Identifier: MPL-2.0 */

#include "cli.h"

const CliVerb cli_verbs[] = {
    {"keygen", "ADDRESS", "Make a key pair and its self-signed certificate",
     "The key goes into the key store, which is made if need be. Publish the certificate with\n"
     "\"dane-smime record ADDRESS\".",
     verb_keygen},
    {"password", "", "Set, change or remove the key store's password",
     "The new password is read from --new-password-file or asked for on the terminal.",
     verb_password},
    {"import", "FILE", "Bring keys into the key store",
     "FILE is PKCS#12 (.p12, .pfx), or PEM with a certificate and its private key; or it has\n"
     "certificates alone (PEM, DER, .p7c, .p7b) for keys that are in the key store already.",
     verb_import},
    {"export", "ADDRESS FILE", "Write a key and its certificate to a PKCS#12 file",
     "With --certificate-only, FILE gets the certificate alone, in DER.", verb_export},
    {"keys", "[ADDRESS]", "List the keys of the key store", NULL, verb_keys},
    {"delete", "[ADDRESS]", "Delete a key and its certificate",
     "Mail that was encrypted to the key can't be read any more without it.", verb_delete},
    {"peers", "[ADDRESS]", "What is remembered of correspondents",
     "\"verify\" and \"read\" remember what the programs of correspondents can read, from their\n"
     "verified signatures; \"encrypt\" chooses the cipher by that. With --forget, the entries of\n"
     "ADDRESS, or all of them, are deleted.",
     verb_peers},
    {"seen", "list|forget [ADDRESS] | add FILE…", "Certificates seen in verified mail",
     "\"verify\" and \"read\" remember the certificates of verified mail, and \"add\" takes some "
     "from\n"
     "files. \"lookup\" and \"encrypt\" look there for what a domain publishes without its\n"
     "certificate: a digest, a bare key, or the authority above it. The domain's record decides\n"
     "which one is right. \"forget\" deletes those of ADDRESS, or all of them.",
     verb_seen},
    {"owner-name", "ADDRESS…", "The DNS names of addresses",
     "The local part is hashed as it is written: RFC 8162 §4 forbids changing its case.",
     verb_owner_name},
    {"record", "[ADDRESS]", "The zone-file line that publishes a certificate",
     "Without --cert, the certificate is the newest of ADDRESS in the key store. To encrypt, "
     "others\n"
     "need the whole certificate (selector 0, matching type 0), or signed mail from ADDRESS "
     "before.",
     verb_record},
    {"lookup", "ADDRESS…", "What the DNS publishes for addresses",
     "\"ready\" means that there is a certificate to encrypt to. Only answers that DNSSEC "
     "validates\n"
     "are used. Remembered records are shown for as long as they hold; where it is remembered "
     "that\n"
     "there are none, or that they could not be found out, the DNS is asked anew.",
     verb_lookup},
    {"cache", "list|size|clear", "The remembered answers of the DNS",
     "Answers are kept on disk for as long as they hold, at most a day, and shared by all programs "
     "of\ndane-smime. \"list\" shows them, \"size\" counts them, \"clear\" has all forgotten, also "
     "by\n"
     "programs that are running.",
     verb_cache},
    {"addresses", "[FILE]", "Author and recipients of a message", NULL, verb_addresses},
    {"classify", "[FILE]", "Signed, encrypted or partial, by headers and structure alone", NULL,
     verb_classify},
    {"sign", "[FILE]", "Sign a message with the key of its From address", NULL, verb_sign},
    {"encrypt", "[FILE]", "Encrypt a message to its recipients",
     "Recipients are those of To, Cc and Bcc unless --recipient or --cert names others, and\n"
     "oneself where the key store has the author's key. Each one without a certificate is named,\n"
     "and then nothing is written.",
     verb_encrypt},
    {"verify", "[FILE]", "Check a message's signature",
     "FILE may also be a bare CMS object (DER, PEM or base64).", verb_verify},
    {"decrypt", "[FILE]", "Decrypt a message",
     "FILE may also be a bare CMS object (DER, PEM or base64).", verb_decrypt},
    {"read", "[FILE]", "Decrypt, verify and write the innermost message",
     "The verdict goes to standard error, the message to standard output; with --json the\n"
     "verdict goes to standard output, and the message only to --output.",
     verb_read},
    {"cert", "FILE", "Facts of a certificate", NULL, verb_cert},
    {"crl", "list|add|fetch|remove [FILE|URL|SHA256…]", "The revocation lists that are at hand",
     "\"add FILE…\" keeps lists (DER or PEM), \"list\" shows them, \"remove SHA256\" or \"remove\n"
     "--all\" lets them go. \"verify\", \"read\", \"encrypt\" and \"lookup\" look at them; what "
     "one\n"
     "of them revokes is not used. \"fetch URL…\" and \"fetch --cert FILE\" get lists over http; "
     "so\n"
     "does --fetch-crls of \"verify\" and \"read\". Nothing else in the program ever does.",
     verb_crl},
    {"drs", "frame|map|protect|unprotect [OPTION…] …", "Mail of directory replication",
     "The message protection of [MS-SRPL], by which domain controllers replicate by mail:\n"
     "\n"
     "  drs frame         Show or make the frame round a message\n"
     "  drs map           The certificates of domain controllers by their addresses\n"
     "  drs protect       Sign, and encrypt if it is a response, the data of a message\n"
     "  drs unprotect     Verify, and decrypt if it is a response, such a message\n"
     "\n"
     "\"dane-smime drs frame --help\" tells more, and so for each.",
     verb_drs},
    {"doctor", "", "What works here and what does not",
     "The native-messaging manifest is needed for Thunderbird alone.", verb_doctor},
    {NULL, NULL, NULL, NULL, NULL},
};

static const CliVerb *
find_in(const CliVerb *verbs, const gchar *name)
{
    for (const CliVerb *verb = verbs; verb->name != NULL; verb++)
        if (g_str_equal(verb->name, name))
            return verb;
    return NULL;
}

const CliVerb *
cli_find_verb(const gchar *name)
{
    const CliVerb *verb = find_in(cli_verbs, name);
    return verb != NULL ? verb : find_in(cli_drs_verbs, name);
}
