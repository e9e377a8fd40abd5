/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "key-pair.h"
#include "support.h"

/* Programs that are run in a test's folder, as the other side of what is tested, and the keys of
 * both sides. */

/* Runs @command, words between single spaces, in the folder; whether it ended with status 0. Its
 * output goes to the test log if it did not. */
gboolean peer_try(const SupportFolder *folder, const gchar *command);
/* And it must. */
void peer_run(const SupportFolder *folder, const gchar *format, ...) G_GNUC_PRINTF(2, 3);

/* Makes NAME.key.pem and NAME.pem, self-signed, with the key @algorithm as "openssl req -newkey"
 * has it after the options: "rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-256". Returns both. */
KeyPair *peer_make_key(const SupportFolder *folder, const gchar *name, const gchar *algorithm);

/* Reads NAME.key.pem and NAME.pem. */
KeyPair *peer_load_key(const SupportFolder *folder, const gchar *name);

/* (element-type KeyPair): one alone, borrowed. */
GPtrArray *peer_pair_alone(KeyPair *pair);

/* (element-type Certificate): for one, its owner's certificate; borrowed elements with references
 * of their own. */
GPtrArray *peer_certificates(KeyPair *const *pairs, gsize n_pairs);
