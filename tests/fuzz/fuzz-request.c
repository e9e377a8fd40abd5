/* SPDX-License-Identifier: MPL-2.0 */

#include "fuzz.h"
#include "op.h"
#include "out-queue.h"
#include "request.h"

static void
check_operation(const Request *request)
{
    g_assert_true(g_utf8_validate(request->op, -1, NULL));
    g_assert_nonnull(request->params);
    g_assert_cmpint(request->source == BODY_INLINE, ==, request->octets != NULL);
    g_assert_cmpint(request->source == BODY_FILE, ==, request->file != NULL);
    /* What is taken can be told back. */
    g_autofree gchar *text = json_object_to_text(request->params);
    g_assert_true(g_utf8_validate(text, -1, NULL));
    const OpRow *row = op_find(request->op);
    g_assert_true(row == NULL || g_str_equal(row->name, request->op));
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    g_autoptr(GBytes) text = g_bytes_new_static(octets, n_octets);
    g_autoptr(GError) error = NULL;
    gint64 id = 0;
    g_autoptr(Request) request = request_parse(text, &id, &error);
    g_assert_cmpint(request == NULL, ==, error != NULL);
    g_assert_true(id >= REQUEST_NO_ID && id <= G_MAXINT32);
    if (request == NULL) {
        g_assert_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED);
        return 0;
    }
    g_assert_cmpint(request->id, ==, id);
    g_assert_cmpint(id, !=, REQUEST_NO_ID);
    if (request->op != NULL)
        check_operation(request);
    else
        g_assert_nonnull(request->octets);
    return 0;
}
