/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "dns-name.h"
#include "getdns-scoped.h"

/* What a name server replied to one plain question, before anything is validated: the records of
 * the answer and authority sections, class IN only. */

/* A reply with more is not looked into. */
#define GETDNS_REPLY_MAX_RECORDS 256u
/* RFC 2181 §8: a TTL with the highest bit set is zero. */
#define DNS_TTL_MAX 0x7fffffffu

typedef struct {
    DnsName owner;
    guint16 type;
    gboolean in_answer; /* else in the authority section */
    guint32 ttl;
    getdns_dict *dict; /* the reply's */
    /* RDATA; names in it may be missing here if the type is one of RFC 1035, where they can be
     * compressed. */
    const guint8 *rdata;
    gsize n_rdata;
    /* RRSIG only (RFC 4034 §3.1). */
    guint16 covered;
    guint8 algorithm;
    guint8 labels;
    guint16 key_tag;
    guint32 original_ttl;
    guint32 expiration;
    DnsName signer;
} GetdnsRecord;

typedef struct {
    getdns_dict *response;
    guint rcode;
    gboolean has_other_class; /* records that are left out, since they are not of class IN */
    GArray *records;          /* (element-type GetdnsRecord) */
} GetdnsReply;

/**
 * getdns_reply_new:
 * @response: (transfer none): copied by reference only: must live as long as the reply
 *
 * Returns: (transfer full): NULL if it is not a reply to that question, holds too many records, or
 *   one that can't be read
 */
GetdnsReply *getdns_reply_new(getdns_dict *response, const DnsName *name, guint16 rr_type);

/* The records by which getdns would validate the response, all as of an answer section; NULL if
 * they are too many or can't be read. */
GetdnsReply *getdns_reply_new_chain(getdns_dict *response);

void getdns_reply_free(GetdnsReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GetdnsReply, getdns_reply_free)

const GetdnsRecord *getdns_reply_get(const GetdnsReply *reply, guint index);

/* Names from one alias to the next; more are not looked at. */
#define GETDNS_REPLY_MAX_NAMES 13u

/* @name, and where the CNAME records of the reply lead from there. (element-type DnsName) */
GArray *getdns_reply_list_names(const GetdnsReply *reply, const DnsName *name);

/* The first record of that owner and type in the answer section, or NULL. */
const GetdnsRecord *getdns_reply_find(const GetdnsReply *reply, const DnsName *owner, guint16 type);

/* How many there are, in both sections. */
guint getdns_reply_count_set(const GetdnsReply *reply, const DnsName *owner, guint16 type);

/* The zone that signed the records of that owner and type in the answer section: the signer of the
 * first RRSIG that an authority for @owner can have made. */
const DnsName *getdns_reply_find_signer(const GetdnsReply *reply, const DnsName *owner,
                                        guint16 type);

/* The zone that signed the proofs (NSEC, NSEC3) of the authority section, above @owner; NULL if
 * there are none, or of several zones. */
const DnsName *getdns_reply_find_denial_signer(const GetdnsReply *reply, const DnsName *owner);

/* The target of a CNAME or DNAME record. */
gboolean getdns_record_get_target(const GetdnsRecord *record,
                                  DnsName *out_name) G_GNUC_WARN_UNUSED_RESULT;

gboolean getdns_record_is_denial(const GetdnsRecord *record);

/* RFC 4034 §2.1: flags, protocol, then the algorithm. */
#define DNSKEY_ALGORITHM_AT 3u
/* RFC 4034 §5.1: key tag, algorithm, digest type. */
#define DS_ALGORITHM_AT   2u
#define DS_DIGEST_TYPE_AT 3u
#define DS_FIXED_OCTETS   4u

/* Whether a DS record with its fixed octets has an algorithm and a digest type that are known here:
 * those of RFC 8624 §3. A zone with others alone counts as unsigned (RFC 4035 §5.2). */
gboolean getdns_record_is_known_ds(const GetdnsRecord *ds);

/* Seconds for which the record may be kept: TTL, and for an RRSIG its original TTL and end
 * (RFC 4035 §5.3.3), in serial number arithmetic. */
guint32 getdns_record_get_lifetime(const GetdnsRecord *record, gint64 now);
