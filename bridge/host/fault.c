/* SPDX-License-Identifier: MPL-2.0 */

#include "fault.h"

#include <gio/gio.h>

#include "addr-spec.h"
#include "cms-error.h"
#include "drs-error.h"
#include "frame.h"
#include "mail-error.h"
#include "octet-source.h"
#include "op.h"
#include "owner-name.h"
#include "resolver.h"
#include "smimea.h"

static const FaultRow fault_rows[] = {
    {addr_spec_error_quark, ADDR_SPEC_ERROR_SYNTAX, "address-malformed", FALSE},
    {addr_spec_error_quark, ADDR_SPEC_ERROR_DOMAIN, "address-malformed", FALSE},
    {addr_spec_error_quark, ADDR_SPEC_ERROR_LITERAL, "address-without-name", FALSE},
    {owner_name_error_quark, OWNER_NAME_ERROR_TOO_LONG, "address-without-name", FALSE},
    {smimea_error_quark, SMIMEA_ERROR_TRUNCATED, "record-malformed", FALSE},
    {smimea_error_quark, SMIMEA_ERROR_TOO_LONG, "record-malformed", FALSE},
    {smimea_error_quark, SMIMEA_ERROR_SYNTAX, "record-malformed", FALSE},
    {frame_error_quark, FRAME_ERROR_TOO_LONG, "frame-malformed", FALSE},
    {frame_error_quark, FRAME_ERROR_EMPTY, "frame-malformed", FALSE},
    {frame_error_quark, FRAME_ERROR_TRUNCATED, "frame-malformed", FALSE},
    {octet_error_quark, OCTET_ERROR_FAILED, "storage-failed", TRUE},
    {octet_error_quark, OCTET_ERROR_LIMIT, "body-too-large", FALSE},
    {mail_error_quark, MAIL_ERROR_EMPTY, "message-malformed", FALSE},
    {mail_error_quark, MAIL_ERROR_NO_HEADER_END, "message-malformed", FALSE},
    {mail_error_quark, MAIL_ERROR_LIMIT, "message-too-large", FALSE},
    {mail_error_quark, MAIL_ERROR_MALFORMED, "message-malformed", FALSE},
    {mail_error_quark, MAIL_ERROR_ENCODING, "message-malformed", FALSE},
    {mail_error_quark, MAIL_ERROR_ADDRESS, "message-addresses-malformed", FALSE},
    {dns_error_quark, DNS_ERROR_TRUST_ANCHOR, "trust-anchor-unusable", FALSE},
    {dns_error_quark, DNS_ERROR_SERVER, "dns-server-malformed", FALSE},
    {dns_error_quark, DNS_ERROR_NAME, "address-malformed", FALSE},
    {dns_error_quark, DNS_ERROR_PROGRAM, "resolver-failed", TRUE},
    {dns_error_quark, DNS_ERROR_CACHE, "cache-failed", TRUE},
    {cms_error_quark, CMS_ERROR_FAILED, "crypto-failed", FALSE},
    {cms_error_quark, CMS_ERROR_MALFORMED, "cms-malformed", FALSE},
    {cms_error_quark, CMS_ERROR_LIMIT, "cms-too-large", FALSE},
    {cms_error_quark, CMS_ERROR_CONTENT_TYPE, "cms-malformed", FALSE},
    {cms_error_quark, CMS_ERROR_UNSUPPORTED, "cms-unsupported", FALSE},
    {cms_error_quark, CMS_ERROR_NOT_FOR_US, "cms-not-for-us", FALSE},
    {cms_error_quark, CMS_ERROR_DECRYPT, "cms-decryption-failed", FALSE},
    {cms_error_quark, CMS_ERROR_CERTIFICATE, "certificate-malformed", FALSE},
    {cms_error_quark, CMS_ERROR_KEY, "key-malformed", FALSE},
    {cms_error_quark, CMS_ERROR_PASSWORD, "file-password-wrong", TRUE},
    {cms_error_quark, CMS_ERROR_STORE, "key-store-failed", FALSE},
    {cms_error_quark, CMS_ERROR_STORE_MISSING, "key-store-missing", FALSE},
    {cms_error_quark, CMS_ERROR_KEY_LOCKED, "key-locked", TRUE},
    {cms_error_quark, CMS_ERROR_KEY_NOT_FOUND, "key-not-found", FALSE},
    {cms_error_quark, CMS_ERROR_EXISTS, "key-exists", FALSE},
    {cms_error_quark, CMS_ERROR_AUTHORITIES, "system-authorities-missing", FALSE},
    {drs_error_quark, DRS_ERROR_FRAME, "drs-frame-invalid", FALSE},
    {drs_error_quark, DRS_ERROR_SETTINGS, "request-malformed", FALSE},
    {drs_error_quark, DRS_ERROR_MAIL, "drs-mail-refused", FALSE},
    {drs_error_quark, DRS_ERROR_MALFORMED, "drs-malformed", FALSE},
    {drs_error_quark, DRS_ERROR_NO_ENTRY, "drs-no-map-entry", FALSE},
    {drs_error_quark, DRS_ERROR_REQUEST_ENCRYPTED, "drs-request-encrypted", FALSE},
    {drs_error_quark, DRS_ERROR_RESPONSE_PLAIN, "drs-response-not-encrypted", FALSE},
    {drs_error_quark, DRS_ERROR_SIGNATURE, "drs-signature-bad", FALSE},
    {drs_error_quark, DRS_ERROR_CERTIFICATE_MISSING, "drs-certificate-missing", FALSE},
    {drs_error_quark, DRS_ERROR_CERTIFICATES, "drs-several-certificates", FALSE},
    {drs_error_quark, DRS_ERROR_NOT_CONTROLLER, "drs-not-a-controller", FALSE},
    {drs_error_quark, DRS_ERROR_UNTRUSTED, "drs-certificate-untrusted", FALSE},
    {drs_error_quark, DRS_ERROR_NOT_PINNED, "drs-not-pinned", FALSE},
    {drs_error_quark, DRS_ERROR_AUTHORITY, "drs-several-authorities", FALSE},
    {drs_error_quark, DRS_ERROR_ALGORITHM, "drs-algorithm-unknown", FALSE},
    {drs_error_quark, DRS_ERROR_LEGACY, "drs-legacy-refused", FALSE},
    {drs_error_quark, DRS_ERROR_MAP, "drs-map-failed", FALSE},
    {drs_error_quark, DRS_ERROR_MAP_FULL, "drs-map-full", FALSE},
    {protocol_error_quark, PROTOCOL_ERROR_MALFORMED, "request-malformed", FALSE},
    {protocol_error_quark, PROTOCOL_ERROR_UNKNOWN_OP, "request-unknown", FALSE},
    {protocol_error_quark, PROTOCOL_ERROR_BUSY, "busy", TRUE},
    {protocol_error_quark, PROTOCOL_ERROR_TOO_LARGE, "body-too-large", FALSE},
    {protocol_error_quark, PROTOCOL_ERROR_FILE, "file-refused", FALSE},
    {protocol_error_quark, PROTOCOL_ERROR_RECIPIENTS, "recipients-not-ready", FALSE},
    {protocol_error_quark, PROTOCOL_ERROR_RECIPIENTS_UNKNOWN, "recipients-unknown", TRUE},
    {protocol_error_quark, PROTOCOL_ERROR_NO_RECIPIENTS, "no-recipients", FALSE},
    {protocol_error_quark, PROTOCOL_ERROR_NO_AUTHOR, "no-author", FALSE},
    {protocol_error_quark, PROTOCOL_ERROR_NOT_PROTECTED, "not-protected", FALSE},
    {g_io_error_quark, G_IO_ERROR_CANCELLED, "cancelled", TRUE},
    {NULL, 0, NULL, FALSE},
};

static const FaultRow internal_row = {NULL, 0, "internal", FALSE};

const FaultRow *
fault_get_table(void)
{
    return fault_rows;
}

const FaultRow *
fault_find(const GError *error)
{
    for (const FaultRow *row = fault_rows; row->name != NULL; row++)
        if (error->domain == row->domain() && error->code == row->code)
            return row;
    return &internal_row;
}
