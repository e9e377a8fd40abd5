/* SPDX-License-Identifier: MPL-2.0 */

#include <getdns/getdns_extra.h>
#include <string.h>

#include "fuzz.h"
#include "getdns-scoped.h"
#include "resolver.h"
#include "trust-anchor.h"

/* Both engines read zone-file lines; of getdns it is known what it says. */
static void
check_line(const gchar *line)
{
    g_autoptr(getdns_dict) record = NULL;
    g_assert_true(getdns_str2rr_dict(line, &record, NULL, 3600) == GETDNS_RETURN_GOOD);
    g_assert_nonnull(record);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    g_autoptr(GError) error = NULL;
    const gchar *text = octets == NULL ? "" : (const gchar *)octets;
    g_auto(GStrv) anchors = trust_anchor_parse(text, n_octets, "file", &error);
    if (anchors == NULL) {
        g_assert_error(error, DNS_ERROR, DNS_ERROR_TRUST_ANCHOR);
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        return 0;
    }
    g_assert_cmpuint(g_strv_length(anchors), >, 0);
    g_assert_cmpuint(g_strv_length(anchors), <=, TRUST_ANCHOR_MAX_RECORDS);
    for (gchar **line = anchors; *line != NULL; line++)
        check_line(*line);
    g_autofree gchar *written = g_strjoinv("\n", anchors);
    g_auto(GStrv) again = trust_anchor_parse(written, strlen(written), "file", NULL);
    g_assert_true(again != NULL &&
                  g_strv_equal((const gchar *const *)anchors, (const gchar *const *)again));
    return 0;
}
