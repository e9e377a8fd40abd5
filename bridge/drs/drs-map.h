/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "drs-type.h"
#include "keystore.h"

/* SMTP-ADDR-DC-CERT-MAP ([MS-SRPL] §3.1.1): from a controller's mail address to its certificate, of
 * which each address has one.
 *
 * Own addresses come first: their certificates are those of the key store, whatever else the map
 * has. An own key belongs to an address if its certificate names it, or names the address's domain
 * as a host, as those of controllers do; or if its certificate was added for that address, since
 * controllers' addresses often are others than their certificates' names.
 *
 * One file an address in the folder "drs-map" of the key store's, mode 0600, in the form of a
 * GKeyFile, named by the SHA-256 of the address:
 *
 *     [drs-map-entry]
 *     version=1
 *     address=_IsmService@dc1.corp.example
 *     origin=request             or "response", "added"
 *     recorded=1763779000        seconds since 1970, by this machine's clock
 *     certificate=MIIB…          DER in base64
 *
 * What can't be read is passed over, other files there are left alone. Addresses are compared
 * without case. Several processes may work with the folder: a file is replaced as a whole. */

typedef enum {
    DRS_ORIGIN_OWN, /* a key of the key store; not on disk */
    DRS_ORIGIN_ADDED,
    DRS_ORIGIN_REQUEST, /* it came with a verified one */
    DRS_ORIGIN_RESPONSE,
    DRS_N_ORIGINS
} DrsMapOrigin;
const gchar *drs_map_origin_to_string(DrsMapOrigin origin);

typedef struct {
    gchar *address;
    DrsMapOrigin origin;
    gint64 recorded; /* seconds since 1970; 0 for own ones */
    Certificate *certificate;
} DrsMapEntry;
void drs_map_entry_free(DrsMapEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DrsMapEntry, drs_map_entry_free)

/* Where the map is; all borrowed. */
typedef struct {
    const gchar *profile; /* folder of the key store */
    KeyStore *store;      /* NULL: there is none */
    gint64 now;           /* seconds since 1970: at which own keys are chosen */
    guint n_entries_max;  /* LIMIT_DRS_MAP_ENTRIES */
} DrsMap;

/* All functions: ADDR_SPEC_ERROR for what is no address, DRS_ERROR_MAP, CMS_ERROR_STORE. */

/* DRS_ERROR_NO_ENTRY. (transfer full) */
DrsMapEntry *drs_map_find(const DrsMap *map, const gchar *address,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Local-DC-Certificate with its key: the one to sign for @address with. Of several that belong to
 * it the one that is valid now, a Directory Email Replication certificate before others, as Windows
 * has it (note 7), and the newest. Of a locked store the pair has no private key.
 * CMS_ERROR_KEY_NOT_FOUND. */
KeyPair *drs_map_find_key(const DrsMap *map, const gchar *address,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The own ones, by the addresses that their certificates name, then those of the folder by address.
 * (element-type DrsMapEntry) (transfer full) */
GPtrArray *drs_map_list(const DrsMap *map, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Replaces what was there. Where there is no room, what was learned longest ago goes; never what
 * was added. DRS_ERROR_MAP_FULL if nothing else is there; CMS_ERROR_LIMIT for a certificate that is
 * too large. */
gboolean drs_map_set(const DrsMap *map, const gchar *address, Certificate *certificate,
                     DrsMapOrigin origin, GError **error);

/**
 * drs_map_learn:
 * @type: of the message that @certificate verified
 * @from_responses: whether those are learned from, too
 * @out_learned: whether it is in the map now
 *
 * §3.3.5.3: the certificate of a verified request replaces what was there; that of a response only
 * where it is asked for. Own addresses stay as they are, own certificates are not learned for other
 * ones, and what was added with the same certificate stays an entry that was added.
 */
gboolean drs_map_learn(const DrsMap *map, DrsMessageType type, gboolean from_responses,
                       const gchar *address, Certificate *certificate, gboolean *out_learned,
                       GError **error);

/* @address: (nullable): NULL: all, also what can't be read. Own keys stay in the key store. */
gboolean drs_map_remove(const DrsMap *map, const gchar *address, guint *out_n_removed,
                        GError **error);

/* Whether a file of a folder that is imported is taken for one: *.cer, *.crt, *.der, *.pem. */
gboolean drs_map_is_certificate_file(const gchar *name);

/* The address that such a file is for: its name without folder and extension, if that is an
 * address; else the one that @certificate names, if it names one alone. NULL: none.
 * (transfer full) */
gchar *drs_map_dup_address_of_file(const gchar *name, const Certificate *certificate);
