/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* One e-mail address in the form from which DNS names are made.
 *
 * Text: an addr-spec of RFC 5322 §3.4.1 with the UTF-8 of RFC 6532 §3.2, and with obsolete syntax
 * (comments and white space round dots and "@") read as RFC 5322 §4.4 has it. No display name and
 * no angle brackets: those are header syntax (mail/address.h). */

#define ADDR_SPEC_ERROR (addr_spec_error_quark())
GQuark addr_spec_error_quark(void);

typedef enum {
    ADDR_SPEC_ERROR_SYNTAX,  /* no "@", two of them, NUL, characters that need quotes, too long */
    ADDR_SPEC_ERROR_DOMAIN,  /* not a host name: label syntax or length, IDNA */
    ADDR_SPEC_ERROR_LITERAL, /* an address literal: legal, but without a name in the DNS */
    ADDR_SPEC_N_ERRORS
} AddrSpecError;

typedef struct {
    /* UTF-8, NFC; comments, surrounding quotes and backslashes removed; case as it came (RFC 8162
     * §3 step 2, §4). May be empty: "" is a legal local part. */
    gchar *local_part;
    /* A-labels, no dot at the end (RFC 8162 §3 step 4, RFC 5890); case as it came, which is not
     * significant (RFC 4343). */
    gchar *domain;
} AddrSpec;

/**
 * addr_spec_parse:
 * @text: the address; at most LIMIT_ADDRESS_OCTETS
 * @n_octets: its length, or -1 for a NUL-terminated string. A NUL inside is an error, not an end
 * @error: ADDR_SPEC_ERROR; the text says what is wrong and at which octet
 *
 * Domains are converted with IDNA2008, non-transitional, and checked to consist of letters, digits,
 * hyphens and inner underscores, labels of 1-63 octets, 253 in all: what DNS libraries accept
 * beyond that (white space, backslashes, "[127.0.0.1]") would ask for another name than is shown. A
 * dot at the end is refused (RFC 5322 §3.4.1 has none), one label alone is a domain. Domains in
 * ASCII are only lowered: IDNA is for what has to be converted. Folding is CR LF and white space; a
 * control character is refused, quoted or not, as is one that changes the direction of text.
 *
 * Returns: (transfer full): the address, or %NULL
 */
AddrSpec *addr_spec_parse(const gchar *text, gssize n_octets,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for addresses that programs have and people don't: labels of the domain may begin with
 * an underscore (RFC 8552), as those of the domain controllers of [MS-SRPL] do,
 * "_IsmService@GUID._msdcs.example". */
AddrSpec *addr_spec_parse_service(const gchar *text, gssize n_octets,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* local-part@domain, the local part quoted where RFC 5322 §3.4.1 wants it. Parses to an equal
 * value. */
gchar *addr_spec_to_string(const AddrSpec *address);

/* Same domain, and local parts equal octet for octet: the rule of RFC 8162 §4 for owner names. */
gboolean addr_spec_equal(const AddrSpec *a, const AddrSpec *b);

/* As addr_spec_equal(), but ASCII letters of the local part without case: how an address in a
 * certificate is compared with the one in a message (RFC 8550 §3). */
gboolean addr_spec_matches(const AddrSpec *a, const AddrSpec *b);

AddrSpec *addr_spec_copy(const AddrSpec *address);
void addr_spec_free(AddrSpec *address);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AddrSpec, addr_spec_free)
