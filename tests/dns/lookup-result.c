/* SPDX-License-Identifier: MPL-2.0 */
#include "lookup-result.h"

void
lookup_result_take(GObject *source, GAsyncResult *async_result, gpointer user_data)
{
    LookupResult *result = user_data;
    result->answer = resolver_lookup_finish(DNS_RESOLVER(source), async_result, &result->error);
    result->done = TRUE;
}

void
lookup_result_wait(const LookupResult *result)
{
    while (!result->done)
        g_main_context_iteration(NULL, TRUE);
}

void
lookup_result_clear(LookupResult *result)
{
    resolver_answer_free(result->answer);
    g_clear_error(&result->error);
    *result = (LookupResult){0};
}
