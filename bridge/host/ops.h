/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "op.h"

/* The handlers of the table in op.c, each in the file named here. Parameters and results:
 * PROTOCOL.md. */

/* op-cache.c */
gboolean op_cache(const OpCall *call, OpReply *reply, GError **error);
gboolean op_flush(const OpCall *call, OpReply *reply, GError **error);

/* op-cert.c */
gboolean op_cert(const OpCall *call, OpReply *reply, GError **error);

/* op-configure.c */
gboolean op_configure(const OpCall *call, OpReply *reply, GError **error);
/* What holds for lookups, as "configure" and "doctor" tell it: the members "dns_servers" (as they
 * were named; empty: the system's), "dns_recursive", "dns_engine", "dns_cache", "offline".
 */
void op_describe_resolver(const OpCall *call, JsonObject *result);

/* op-crl.c */
gboolean op_crl_add(const OpCall *call, OpReply *reply, GError **error);
gboolean op_crl_list(const OpCall *call, OpReply *reply, GError **error);
gboolean op_crl_remove(const OpCall *call, OpReply *reply, GError **error);

/* op-crl-fetch.c */
gboolean op_crl_fetch(const OpCall *call, OpReply *reply, GError **error);

/* op-decrypt.c */
gboolean op_decrypt(const OpCall *call, OpReply *reply, GError **error);

/* op-doctor.c */
gboolean op_doctor(const OpCall *call, OpReply *reply, GError **error);
gboolean op_hello(const OpCall *call, OpReply *reply, GError **error);

/* op-drs-frame.c */
gboolean op_drs_frame(const OpCall *call, OpReply *reply, GError **error);

/* op-drs-map.c */
gboolean op_drs_map(const OpCall *call, OpReply *reply, GError **error);

/* op-drs-protect.c, op-drs-unprotect.c */
gboolean op_drs_protect(const OpCall *call, OpReply *reply, GError **error);
gboolean op_drs_unprotect(const OpCall *call, OpReply *reply, GError **error);

/* op-encrypt.c */
gboolean op_encrypt(const OpCall *call, OpReply *reply, GError **error);
gboolean op_sign_encrypt(const OpCall *call, OpReply *reply, GError **error);

/* op-key-files.c */
gboolean op_export(const OpCall *call, OpReply *reply, GError **error);
gboolean op_import(const OpCall *call, OpReply *reply, GError **error);

/* op-keys.c */
gboolean op_delete(const OpCall *call, OpReply *reply, GError **error);
gboolean op_keygen(const OpCall *call, OpReply *reply, GError **error);
gboolean op_keys(const OpCall *call, OpReply *reply, GError **error);

/* op-lookup.c */
gboolean op_lookup(const OpCall *call, OpReply *reply, GError **error);

/* op-message.c */
gboolean op_addresses(const OpCall *call, OpReply *reply, GError **error);
gboolean op_classify(const OpCall *call, OpReply *reply, GError **error);

/* op-owner-name.c */
gboolean op_owner_name(const OpCall *call, OpReply *reply, GError **error);

/* op-password.c */
gboolean op_lock(const OpCall *call, OpReply *reply, GError **error);
gboolean op_password(const OpCall *call, OpReply *reply, GError **error);
gboolean op_unlock(const OpCall *call, OpReply *reply, GError **error);

/* op-peers.c */
gboolean op_peers(const OpCall *call, OpReply *reply, GError **error);

/* op-read.c */
gboolean op_read(const OpCall *call, OpReply *reply, GError **error);
gboolean op_verify(const OpCall *call, OpReply *reply, GError **error);

/* op-record.c */
gboolean op_record(const OpCall *call, OpReply *reply, GError **error);

/* op-seen.c */
gboolean op_seen(const OpCall *call, OpReply *reply, GError **error);

/* op-sign.c */
gboolean op_sign(const OpCall *call, OpReply *reply, GError **error);
