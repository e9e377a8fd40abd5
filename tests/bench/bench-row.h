/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* What one row of the table measures, and what it is measured with. No header of NSS or libcrypto
 * is needed here: they share names. */

typedef enum {
    BENCH_SIGN,    /* detached, with signed attributes and certificate */
    BENCH_VERIFY,  /* the same by openssl */
    BENCH_ENCRYPT, /* to DER */
    BENCH_DECRYPT  /* what the bridge encrypted */
} BenchOperation;

typedef enum { BENCH_RSA_2048, BENCH_P_256, BENCH_N_KEYS } BenchKey;

typedef struct {
    BenchOperation operation;
    BenchKey key;
    gboolean stored; /* the private key is in a key store, not in a file */
    gboolean gcm;    /* AES-256-GCM, not AES-256-CBC */
    guint n_recipients;
    gsize n_octets;
} BenchRow;

#define BENCH_RECIPIENTS_MAX 50

/* Made once by libcrypto, in the forms in which both read them. */
typedef struct {
    GBytes *key_files[BENCH_N_KEYS]; /* PEM: private key and the last of @certificates */
    /* (element-type GBytes): DER of BENCH_RECIPIENTS_MAX certificates of the same key, with serial
     * numbers of their own */
    GPtrArray *certificates[BENCH_N_KEYS];
} BenchMaterial;
/* bench-material.c */
BenchMaterial *bench_material_new(void);
void bench_material_free(BenchMaterial *material);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BenchMaterial, bench_material_free)

/* What an operation reads. */
typedef struct {
    BenchRow row;
    const BenchMaterial *material;
    GBytes *content;
    GBytes *cms; /* signature or envelope; NULL for the operations that make them */
    /* Room for all that comes out, the same for all ways; NULL: it is handed on in pieces, and
     * nobody keeps it. */
    guint8 *out;
    gsize n_out;
} BenchTask;

/* Both read the content in pieces of this size. */
#define BENCH_PIECE_OCTETS (64u * 1024)

/* The ways: state for a task; one run; the end of it. What fails ends the program. */
gpointer bridge_way_new(const BenchTask *task);
void bridge_way_run(gpointer way);
void bridge_way_free(gpointer way);
/* What a run makes: the DER of an envelope. */
GBytes *bridge_make_cms(const BenchTask *task);

gpointer libcrypto_way_new(const BenchTask *task);
void libcrypto_way_call(gpointer way); /* CMS_sign(), CMS_verify(), … */
void libcrypto_way_run(gpointer way);  /* in pieces */
void libcrypto_way_free(gpointer way);
GBytes *libcrypto_make_cms(const BenchTask *task);

/* NSS's primitives that the operation cannot do without, and nothing else. */
gpointer bare_way_new(const BenchTask *task);
void bare_way_run(gpointer way);
void bare_way_free(gpointer way);
