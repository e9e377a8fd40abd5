/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

#include "certificate.h"

/* What correspondents can read, learned from their signatures (RFC 8551 §2.7.1), kept between runs.
 *
 * A list belongs to a public key, as the RFC has it, and not to an address: whoever takes over an
 * address, or changes program, key and all, says anew what they read. The address is kept for
 * people, to find an entry and to have it forgotten. One entry a key: what was signed last, by the
 * signing time, counts.
 *
 * File "peer-capabilities" in the folder of the key store, mode 0600, replaced as a whole, in the
 * form of a GKeyFile:
 *
 *     [peer-capabilities]
 *     version=1
 *
 *     [5f2a…]                       SHA-256 of the SubjectPublicKeyInfo, hexadecimal
 *     address=bob@example.org       author of the message
 *     certificate=8d01…             SHA-256 of the certificate that was signed with
 *     signing-time=1763775364       seconds since 1970
 *     capabilities=MDQwCwYJ…        SMIMECapabilities, DER in base64
 *
 * Entries that can't be read are passed over, and gone with the next change; a file that can't be
 * read is begun anew, with a warning. One of a later version is left alone. It holds nothing that
 * decides about trust: without it, AES-CBC is written where GCM could be.
 *
 * Several processes may work with one file: changes are made under a lock of the folder, on what
 * the file holds then; readers need none. */

typedef struct {
    gchar *key_sha256;
    gchar *address;
    gchar *certificate_sha256;
    gint64 signing_time;
    GBytes *capabilities; /* as smime_capabilities_parse() takes it */
} PeerCapabilities;
void peer_capabilities_free(PeerCapabilities *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerCapabilities, peer_capabilities_free)

/* What @address said at @signing_time with @certificate. */
PeerCapabilities *peer_capabilities_new(const gchar *address, const Certificate *certificate,
                                        gint64 signing_time, GBytes *capabilities);

/* The name of an entry for the key of @certificate. */
gchar *peer_capabilities_dup_key(const Certificate *certificate);

/* Wherever a function takes @latest, nothing that was signed after that moment is believed, nor are
 * entries: a clock that was wrong once must not decide for years what is the newest. */

/**
 * peer_capabilities_load:
 * @error: PROTOCOL_ERROR_FILE: it can't be read, or is of a later version
 *
 * Returns: (element-type PeerCapabilities) (transfer full): empty if there is no file, or no
 * folder
 */
GPtrArray *peer_capabilities_load(const gchar *folder, gint64 latest,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The entry of that key, or NULL. */
const PeerCapabilities *peer_capabilities_find(GPtrArray *peers, const Certificate *certificate);

/**
 * peer_capabilities_learn:
 * @peer: of a signature that is verified: the caller has seen to that
 * @max_peers: LIMIT_PEERS; where there is no room, what was signed longest ago goes
 * @error: PROTOCOL_ERROR_FILE
 *
 * Nothing is written where nothing changes: for what was signed no later than what is there, for
 * a list that can't be read, and without @folder, which is not made.
 */
gboolean peer_capabilities_learn(const gchar *folder, const PeerCapabilities *peer, gint64 latest,
                                 guint max_peers, GError **error);

/* Deletes the entries of an address; NULL: all of them. PROTOCOL_ERROR_FILE. */
gboolean peer_capabilities_forget(const gchar *folder, const gchar *address, guint *out_n_forgotten,
                                  GError **error);

/* Whether two addresses are one to people: whatever the case of letters (RFC 5321 §2.3.11 has it
 * matter in the local part, but nobody has two such neighbours). */
gboolean peer_address_equal(const gchar *a, const gchar *b);
