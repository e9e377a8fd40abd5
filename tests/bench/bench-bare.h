/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "bench-row.h"

/* The primitives of a task's row, one by one: its key, its cipher, its content. */
typedef enum {
    BARE_DIGEST,  /* SHA-256 of the content, in pieces */
    BARE_ENCRYPT, /* the content: CBC in pieces, GCM at once */
    BARE_DECRYPT, /* so many octets */
    BARE_SIGN,    /* one digest, with the private key */
    BARE_VERIFY,
    BARE_WRAP,  /* one content key for one recipient: RSA, or a key of its own and ECDH */
    BARE_UNWRAP /* RSA, or ECDH, with the private key */
} BarePrimitive;

void bare_way_run_primitive(gpointer way, BarePrimitive primitive);

gpointer bare_libcrypto_new(const BenchTask *task);
void bare_libcrypto_run_primitive(gpointer way, BarePrimitive primitive);
void bare_libcrypto_free(gpointer way);
