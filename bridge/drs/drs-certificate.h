/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "certificate.h"

/* Certificates of domain controllers, as far as a certificate alone shows it ([MS-SRPL] §2.3).
 *
 * Both kinds have keyUsage digitalSignature and keyEncipherment, extendedKeyUsage clientAuth and
 * serverAuth, and in subjectAltName the GUID of the controller's computer object (otherName
 * 1.3.6.1.4.1.311.25.1, an OCTET STRING of 16) and a dNSName. What makes the kinds is below.
 *
 * Whether that GUID is the one of a computer that is a domain controller now (§3.3.5.7) is known to
 * the directory alone, which nobody asks here. */

typedef enum {
    DRS_KIND_NONE,
    /* §2.3.1 Domain Controller Replication: the certificate template's name is "DomainController".
     * The extension is 1.3.6.1.4.1.311.20.2; note 8 says 1.3.6.1.4.1.311.21.6, which counts too. */
    DRS_KIND_DOMAIN_CONTROLLER,
    /* §2.3.2 Directory Email Replication: extendedKeyUsage 1.3.6.1.4.1.311.21.19. */
    DRS_KIND_DIRECTORY_EMAIL,
    DRS_N_KINDS
} DrsCertificateKind;
/* "domain-controller", "directory-email-replication"; NULL for DRS_KIND_NONE. */
const gchar *drs_certificate_kind_to_string(DrsCertificateKind kind);

/* What a certificate lacks. */
typedef enum {
    DRS_LACKS_NOTHING = 0,
    DRS_LACKS_KEY_USAGE = 1 << 0,   /* digitalSignature and keyEncipherment, both */
    DRS_LACKS_CLIENT_AUTH = 1 << 1, /* extendedKeyUsage, which has to be there */
    DRS_LACKS_SERVER_AUTH = 1 << 2,
    DRS_LACKS_GUID = 1 << 3, /* none, several, or not of 16 octets */
    DRS_LACKS_DNS_NAME = 1 << 4,
    DRS_LACKS_KIND = 1 << 5 /* is neither of the two */
} DrsCertificateLacks;
#define DRS_N_LACKS 6
/* Of one bit: "key-usage", "client-auth", "server-auth", "guid", "dns-name", "kind". */
const gchar *drs_certificate_lack_to_string(DrsCertificateLacks lack);

typedef struct {
    DrsCertificateKind kind;
    DrsCertificateLacks lacks; /* several bits; none: it is a domain controller's */
    gchar *guid;               /* "06294bac-d6aa-4f5d-a99c-4cbcb06a65d9", or NULL */
    gchar **dns_names;         /* may be empty, never NULL */
} DrsCertificateFacts;

DrsCertificateFacts *drs_certificate_examine(const Certificate *certificate);
void drs_certificate_facts_free(DrsCertificateFacts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DrsCertificateFacts, drs_certificate_facts_free)

/* The authority that all controllers have in common (§2.3, §3.1.3): one, and those between. */
typedef struct {
    Certificate *anchor;
    GPtrArray *intermediates; /* (element-type Certificate) */
} DrsAuthority;

/* @certificates: (element-type Certificate): one self-issued one and those that it issued; or one
 * alone, of whatever issuer. DRS_ERROR_AUTHORITY. */
DrsAuthority *drs_authority_new(GPtrArray *certificates, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void drs_authority_free(DrsAuthority *authority);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DrsAuthority, drs_authority_free)

/**
 * drs_certificate_check:
 * @others: (element-type Certificate) (nullable): further intermediates, as those of a message
 * @crls: (element-type GBytes) (nullable): as of path_validate()
 * @now: seconds since 1970
 * @error: DRS_ERROR_NOT_CONTROLLER, with all that is lacking; DRS_ERROR_UNTRUSTED: no path to the
 *   authority, or one that does not hold now
 *
 * An authority with an extendedKeyUsage has to have clientAuth and serverAuth in it, or any.
 */
gboolean drs_certificate_check(Certificate *certificate, const DrsAuthority *authority,
                               GPtrArray *others, GPtrArray *crls, gint64 now, GError **error);
