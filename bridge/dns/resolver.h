/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <gio/gio.h>

#include "verdict.h"

/* Asks the DNS for the records of one type at one name and says how the answer validated
 * (RFC 4035 §4.3, RFC 8162 §6). An engine or a cache implements it. Objects belong to the
 * thread-default main context in which they were made; calls and callbacks happen there. */

#define DNS_ERROR (dns_error_quark())
GQuark dns_error_quark(void);

typedef enum {
    /* the file can't be read, is empty, or holds no DS or DNSKEY record of the root; the text has
     * file and line */
    DNS_ERROR_TRUST_ANCHOR,
    DNS_ERROR_SERVER,  /* a name server's address is not ADDR, ADDR@PORT or [ADDR]:PORT */
    DNS_ERROR_NAME,    /* the name asked for is not a host name */
    DNS_ERROR_PROGRAM, /* the resolver program can't be started, or speaks another protocol */
    DNS_ERROR_CACHE,   /* the file of remembered answers can't be read or taken away; the text has
                        * its name */
    DNS_N_ERRORS
} DnsError;

/* One answer. That the network or the name server failed is an outcome, not an error. */
typedef struct {
    gchar *owner_name; /* as asked for, without a dot at the end */
    guint16 rr_type;
    DnsOutcome outcome;
    gboolean name_exists; /* with DNS_OUTCOME_SECURE_DENIAL: NODATA, not NXDOMAIN */
    guint32 ttl;          /* seconds for which the answer holds, see resolver-cache.h */
    /* Where the records stand after CNAME and DNAME, without a dot at the end and with what is not
     * a host name's character as \DDD; NULL if there are none. */
    gchar *canonical_name;
    /* (element-type GBytes): RDATA; only for SECURE_RECORDS and, to be shown to administrators and
     * never used, INSECURE and BOGUS. No two alike. Never NULL. */
    GPtrArray *records;
    /* English, for logs and `lookup --verbose`: "SERVFAIL", "no answer within 5 s"; NULL if there
     * is nothing to say. */
    gchar *detail;
    /* UNREACHABLE, inside the resolver program: not silence, the name server has answered with an
     * error. libunbound can't tell the two apart, so with it this is always FALSE. */
    gboolean is_error_reply;
} ResolverAnswer;

/* With the name as it is (less one dot at its end), without records and with a ttl of 0. */
ResolverAnswer *resolver_answer_new(const gchar *owner_name, guint16 rr_type, DnsOutcome outcome);
ResolverAnswer *resolver_answer_copy(const ResolverAnswer *answer);
void resolver_answer_free(ResolverAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ResolverAnswer, resolver_answer_free)

/* Takes one record more; one that is there already is there once (RFC 2181 §5). FALSE if there are
 * LIMIT_RECORDS others. */
gboolean resolver_answer_add_record(ResolverAnswer *answer, const guint8 *rdata, gsize n_octets);

/* Adds to the detail that what is denied is @target, where an alias leads; nothing where it is the
 * name asked for. */
void resolver_answer_note_alias(ResolverAnswer *answer, const gchar *target);

/* DNS_OUTCOME_UNREACHABLE with a detail. */
ResolverAnswer *resolver_answer_new_unreachable(const gchar *owner_name, guint16 rr_type,
                                                const gchar *format, ...) G_GNUC_PRINTF(3, 4);

#define RESOLVER_NAME_MAX_OCTETS 253

/* Letters, digits, hyphens, underscores and dots only; labels of 1-63 octets, 253 octets in all
 * (RFC 1035 §2.3.4), one dot more at the end. All else has a meaning in presentation form. */
gboolean resolver_name_is_valid(const gchar *name);

#define RESOLVER_TYPE (resolver_get_type())
G_DECLARE_INTERFACE(Resolver, resolver, DNS, RESOLVER, GObject)

struct _ResolverInterface {
    GTypeInterface parent;
    /* Gets valid names only, without a dot at the end. */
    void (*lookup_async)(Resolver *self, const gchar *owner_name, guint16 rr_type,
                         GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data);
    ResolverAnswer *(*lookup_finish)(Resolver *self, GAsyncResult *result, GError **error);
};

/**
 * resolver_lookup_async:
 * @owner_name: see resolver_name_is_valid()
 *
 * Any number may be under way; the engine keeps a window of them on the network.
 */
void resolver_lookup_async(Resolver *self, const gchar *owner_name, guint16 rr_type,
                           GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data);

/* Returns: (transfer full): the answer, or NULL with DNS_ERROR or G_IO_ERROR_CANCELLED */
ResolverAnswer *resolver_lookup_finish(Resolver *self, GAsyncResult *result,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
