/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "dns-name.h"
#include "getdns-scoped.h"

/* What has been proven about zones, for as long as it holds, so that one question is enough for a
 * name in a zone that is known. Bounded: the entry that was used longest ago goes first. */

#define ZONE_STORE_MAX_ZONES 512u
/* RFC 4035 §5.3.3 has no bound; a day is what resolvers keep at most. */
#define ZONE_STORE_MAX_LIFETIME 86400u

/* Validated keys of a zone. */
typedef struct {
    gatomicrefcount ref_count;
    DnsName zone;
    getdns_list *list; /* the DNSKEY records with the Zone Key bit */
    GArray *tags;      /* (element-type ZoneKeyTag): of these, in order */
    guint32 lifetime;  /* seconds from their arrival on */
} ZoneKeys;

typedef struct {
    guint16 tag; /* RFC 4034 appendix B */
    guint8 algorithm;
} ZoneKeyTag;

/* Of the RDATA of a DNSKEY record. */
guint16 zone_key_compute_tag(const guint8 *rdata, gsize n_rdata);

ZoneKeys *zone_keys_new(const DnsName *zone);
/* Takes one DNSKEY record, whose RDATA is given as well; one that is no zone key (RFC 4034 §2.1.1,
 * §2.1.2) or is revoked (RFC 5011 §2.1) is left out. */
void zone_keys_add(ZoneKeys *keys, getdns_dict *record, const guint8 *rdata, gsize n_rdata);
/* How many of the keys could have made a signature. More than one only by accident, or ill will:
 * CVE-2023-50387 */
guint zone_keys_count_matches(const ZoneKeys *keys, guint16 key_tag, guint8 algorithm);
ZoneKeys *zone_keys_ref(ZoneKeys *keys);
void zone_keys_unref(ZoneKeys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ZoneKeys, zone_keys_unref)

typedef enum {
    ZONE_UNKNOWN,
    ZONE_SECURE,   /* its keys are known */
    ZONE_INSECURE, /* proven to be delegated without DS (RFC 4035 §5.2), or below such a zone */
    ZONE_NONE,     /* proven to be no delegation; the name belongs to the zone above it */
    ZONE_REFUSED   /* its keys and signatures would cost too much to check */
} ZoneStatus;

typedef struct _ZoneStore ZoneStore;

ZoneStore *zone_store_new(guint max_zones);
void zone_store_free(ZoneStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ZoneStore, zone_store_free)

/**
 * zone_store_find:
 * @now: seconds since 1970; what was stored in the future has no value
 * @out_keys: (optional) (transfer full): with ZONE_SECURE, else unchanged
 */
ZoneStatus zone_store_find(ZoneStore *store, const DnsName *zone, gint64 now, ZoneKeys **out_keys);

/* @keys: (nullable): with ZONE_SECURE alone. @lifetime: seconds; at least one is taken, so that the
 * lookup that asked finds what it got */
void zone_store_add(ZoneStore *store, const DnsName *zone, ZoneStatus status, ZoneKeys *keys,
                    guint32 lifetime, gint64 now);

/* Forgets the zone, whose keys no longer fit what it publishes. */
void zone_store_remove(ZoneStore *store, const DnsName *zone);

guint zone_store_get_n_zones(const ZoneStore *store);
