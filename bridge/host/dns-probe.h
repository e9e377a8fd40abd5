/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-client.h"

/**
 * dns_probe:
 * @program: path of dane-smime-resolver
 * @error: DNS_ERROR, or G_IO_ERROR_CANCELLED
 *
 * Asks one question through a resolver program started for it, with nothing remembered before or
 * after, and waits for the answer.
 */
ResolverAnswer *dns_probe(const gchar *program, const ResolverConfig *config,
                          const gchar *owner_name, guint16 rr_type, GCancellable *cancellable,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
