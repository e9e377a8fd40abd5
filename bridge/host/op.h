/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <json-glib/json-glib.h>

#include "bridge.h"
#include "octet-source.h"

/* Operations: what host and command line can do. Each is a plain function that reads its
 * parameters, calls the layers, builds the answer, and decides nothing. PROTOCOL.md is the grammar
 * of parameters and results. */

#define PROTOCOL_ERROR (protocol_error_quark())
GQuark protocol_error_quark(void);

typedef enum {
    /* not a request, or a parameter is missing, of a wrong type or value; the text says which */
    PROTOCOL_ERROR_MALFORMED,
    PROTOCOL_ERROR_UNKNOWN_OP,
    PROTOCOL_ERROR_BUSY,      /* LIMIT_REQUESTS are under way */
    PROTOCOL_ERROR_TOO_LARGE, /* a body over LIMIT_MESSAGE_OCTETS */
    /* a named file can't be read or written: not regular, not the user's, a link, … */
    PROTOCOL_ERROR_FILE,
    PROTOCOL_ERROR_RECIPIENTS,         /* some recipients have no certificate; details name each */
    PROTOCOL_ERROR_RECIPIENTS_UNKNOWN, /* … and for some it could not be found out */
    PROTOCOL_ERROR_NO_RECIPIENTS,      /* there is nobody to encrypt to */
    PROTOCOL_ERROR_NO_AUTHOR,          /* the message has no From, or several, and none was named */
    PROTOCOL_ERROR_NOT_PROTECTED,      /* there is nothing to decrypt */
    PROTOCOL_N_ERRORS
} ProtocolError;

/* Phases are words for programs: "lookup", "sign", …; a total of 0 is unknown. From any thread. */
typedef void (*OpProgress)(const gchar *phase, guint n_done, guint n_total, gpointer user_data);

typedef struct {
    Bridge *bridge;
    JsonObject *params; /* never NULL */
    GBytes *body;       /* the message; NULL if none was given */
    GCancellable *cancellable;
    OpProgress progress; /* may be NULL */
    gpointer progress_data;
    /* The result is for words to a person: what costs a pass over the content and would only stand
     * in the JSON ("content_sha256") is null. */
    gboolean in_words;
} OpCall;

typedef struct {
    JsonObject *result; /* on failure: details of the fault, or NULL */
    /* (element-type OctetSource): messages that the operation made; the first is the main one. They
     * are made while they are read, out of the call's body. */
    GPtrArray *bodies;
} OpReply;
void op_reply_clear(OpReply *reply);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OpReply, op_reply_clear)

/* FALSE with an error of any layer; what the reply holds then is details, never a body. */
typedef gboolean (*OpHandler)(const OpCall *call, OpReply *reply, GError **error);

typedef struct {
    const gchar *name;
    OpHandler handler;
    /* Names of its parameters, "!" before the required ones; NULL-terminated. Others are refused: a
     * misspelt "recipients" must not silently encrypt to somebody else. */
    const gchar *const *params;
    gboolean wants_body;
} OpRow;

/* NULL if there is none of that name. */
const OpRow *op_find(const gchar *name);
/* All rows; the last has the name NULL. */
const OpRow *op_get_table(void);

/* Checks the call against the row and runs it. */
gboolean op_run(const OpRow *row, const OpCall *call, OpReply *reply, GError **error);

void op_report_progress(const OpCall *call, const gchar *phase, guint n_done, guint n_total);
void op_reply_take_body(OpReply *reply, OctetSource *body);
