/* SPDX-License-Identifier: MPL-2.0 */
#include "denial.h"

#include <string.h>

#define SHA1_OCTETS 20u
/* 160 bits in base32 */
#define HASH_CHARACTERS 32u

#define NSEC3_SHA1    1u
#define NSEC3_OPT_OUT 1u

/* Up to the salt. */
#define NSEC3_FIXED_OCTETS 5u

typedef struct {
    const guint8 *octets;
    gsize n_octets;
} Slice;

static Slice
slice_from(const GetdnsRecord *record, gsize at)
{
    return at > record->n_rdata ? (Slice){NULL, 0}
                                : (Slice){record->rdata + at, record->n_rdata - at};
}

static gsize
measure_next_name(const GetdnsRecord *record)
{
    for (gsize at = 0; at < record->n_rdata && record->rdata[at] < 64; at += record->rdata[at] + 1u)
        if (record->rdata[at] == 0)
            return at + 1;
    return record->n_rdata;
}

/* RFC 5155 §3.2: after salt and next hashed owner name */
static Slice
get_bit_map(const GetdnsRecord *record)
{
    if (record->type == GETDNS_RRTYPE_NSEC)
        return slice_from(record, measure_next_name(record));
    if (record->n_rdata < NSEC3_FIXED_OCTETS)
        return (Slice){NULL, 0};
    gsize at = NSEC3_FIXED_OCTETS + record->rdata[4];
    if (at >= record->n_rdata)
        return (Slice){NULL, 0};
    return slice_from(record, at + 1 + record->rdata[at]);
}

/* RFC 4034 §4.1.2, of types below 256, which stand in the first window. */
static gboolean
bit_map_has(Slice map, guint type)
{
    if (map.n_octets < 2 || map.octets[0] != 0)
        return FALSE;
    gsize n_octets = MIN((gsize)map.octets[1], map.n_octets - 2);
    return type / 8 < n_octets && (map.octets[2 + type / 8] & (0x80u >> type % 8)) != 0;
}

gboolean
denial_is_delegation(const GetdnsRecord *record)
{
    Slice map = get_bit_map(record);
    return bit_map_has(map, GETDNS_RRTYPE_NS) && !bit_map_has(map, GETDNS_RRTYPE_SOA);
}

gboolean
denial_is_secure_delegation(const GetdnsRecord *record)
{
    return denial_is_delegation(record) && bit_map_has(get_bit_map(record), GETDNS_RRTYPE_DS);
}

gboolean
denial_has_dname(const GetdnsRecord *record)
{
    return bit_map_has(get_bit_map(record), GETDNS_RRTYPE_DNAME);
}

gboolean
denial_has_opt_out(const GetdnsRecord *record)
{
    return record->type == GETDNS_RRTYPE_NSEC3 && record->n_rdata >= 2 &&
           (record->rdata[1] & NSEC3_OPT_OUT) != 0;
}

static guint
get_iterations(const GetdnsRecord *record)
{
    return record->n_rdata < 4 ? 0 : (guint)record->rdata[2] << 8 | record->rdata[3];
}

guint
denial_count_rounds(const GetdnsRecord *record)
{
    return record->type == GETDNS_RRTYPE_NSEC3 ? get_iterations(record) + 1 : 0;
}

gboolean
denial_has_iterations_above(const GetdnsRecord *record, guint max_iterations)
{
    return record->type == GETDNS_RRTYPE_NSEC3 && get_iterations(record) > max_iterations;
}

/* RFC 4648 §7, in lower case, without padding. */
static void
to_base32hex(const guint8 *octets, gchar *out_text)
{
    static const gchar digits[] = "0123456789abcdefghijklmnopqrstuv";
    for (guint i = 0; i < HASH_CHARACTERS; i += 8, octets += 5) {
        guint64 bits = 0;
        for (guint k = 0; k < 5; k++)
            bits = bits << 8 | octets[k];
        for (guint k = 0; k < 8; k++)
            out_text[i + k] = digits[bits >> (35 - 5 * k) & 31];
    }
}

static void
digest(const guint8 *octets, gsize n_octets, Slice salt, guint8 *out_digest)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA1);
    gsize n_digest = SHA1_OCTETS;
    g_checksum_update(checksum, octets, (gssize)n_octets);
    g_checksum_update(checksum, salt.octets, (gssize)salt.n_octets);
    g_checksum_get_digest(checksum, out_digest, &n_digest);
}

/* RFC 5155 §5 */
static gboolean
matches_hash(const GetdnsRecord *record, const DnsName *name, guint max_iterations)
{
    if (record->n_rdata < NSEC3_FIXED_OCTETS || record->rdata[0] != NSEC3_SHA1 ||
        get_iterations(record) > max_iterations || record->owner.octets[0] != HASH_CHARACTERS ||
        record->n_rdata < NSEC3_FIXED_OCTETS + record->rdata[4])
        return FALSE;
    Slice salt = {record->rdata + NSEC3_FIXED_OCTETS, record->rdata[4]};
    guint8 hash[SHA1_OCTETS];
    digest(name->octets, name->n_octets, salt, hash);
    for (guint i = get_iterations(record); i > 0; i--)
        digest(hash, sizeof hash, salt, hash);
    gchar text[HASH_CHARACTERS];
    to_base32hex(hash, text);
    return memcmp(text, record->owner.octets + 1, sizeof text) == 0;
}

gboolean
denial_matches_name(const GetdnsRecord *record, const DnsName *name, guint max_iterations)
{
    return record->type == GETDNS_RRTYPE_NSEC ? dns_name_equal(&record->owner, name)
                                              : matches_hash(record, name, max_iterations);
}

gboolean
denial_shows_empty_name(const GetdnsRecord *record, const DnsName *name)
{
    DnsName next;
    return record->type == GETDNS_RRTYPE_NSEC &&
           dns_name_read(&next, record->rdata, measure_next_name(record)) &&
           dns_name_is_within(&next, name) && !dns_name_equal(&next, name);
}
