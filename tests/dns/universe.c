/* SPDX-License-Identifier: MPL-2.0 */
#include "universe.h"

#include <gio/gio.h>
struct _Universe {
    gchar *folder;
    GSubprocess *process;
    GOutputStream *commands;
    GDataInputStream *answers;
    JsonParser *parser;
    JsonObject *description; /* the parser's */
    JsonArray *scenarios;    /* the parser's */
};

/* One line of standard output; its end is an error. */
static gchar *
read_line(Universe *self, GError **error)
{
    g_autofree gchar *line = g_data_input_stream_read_line_utf8(self->answers, NULL, NULL, error);

    if (!line && error && !*error)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "the universe has ended");
    return g_steal_pointer(&line);
}

static gboolean
load_description(Universe *self, GError **error)
{
    g_autofree gchar *path = g_build_filename(self->folder, "universe.json", NULL);

    self->parser = json_parser_new();
    if (!json_parser_load_from_file(self->parser, path, error))
        return FALSE;
    self->description = json_node_get_object(json_parser_get_root(self->parser));
    self->scenarios = json_object_get_array_member(self->description, "scenarios");
    return TRUE;
}

static gboolean
spawn(Universe *self, const gchar *source_dir, GError **error)
{
    g_autofree gchar *program = g_build_filename(source_dir, "universe.py", NULL);
    const gchar *const argv[] = {"/usr/bin/python3", "-I",       program, "--dir",
                                 self->folder,       "--remove", NULL};

    /* its standard input closes with this process; then it ends and removes the folder */
    self->process = g_subprocess_newv(
        argv, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, error);
    if (!self->process)
        return FALSE;
    self->commands = g_object_ref(g_subprocess_get_stdin_pipe(self->process));
    self->answers = g_data_input_stream_new(g_subprocess_get_stdout_pipe(self->process));
    return TRUE;
}

Universe *
universe_start(const gchar *source_dir, GError **error)
{
    g_autoptr(Universe) self = g_new0(Universe, 1);
    g_autoptr(GError) local_error = NULL;
    g_autofree gchar *line = NULL;

    g_return_val_if_fail(source_dir != NULL, NULL);
    self->folder = g_dir_make_tmp("dns-universe-XXXXXX", error);
    if (!self->folder || !spawn(self, source_dir, error))
        return NULL;
    line = read_line(self, &local_error);
    if (!line) {
        g_propagate_prefixed_error(error, g_steal_pointer(&local_error), "raising the universe: ");
        return NULL;
    }
    if (!g_str_has_prefix(line, "ready ")) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "the universe says \"%s\"", line);
        return NULL;
    }
    if (!load_description(self, error))
        return NULL;
    return g_steal_pointer(&self);
}

void
universe_stop(Universe *self)
{
    if (!self)
        return;
    if (self->commands)
        g_output_stream_close(self->commands, NULL, NULL);
    if (self->process)
        g_subprocess_wait(self->process, NULL, NULL);
    g_clear_object(&self->commands);
    g_clear_object(&self->answers);
    g_clear_object(&self->process);
    g_clear_object(&self->parser);
    g_free(self->folder);
    g_free(self);
}

const gchar *
universe_get_member(const Universe *self, const gchar *name)
{
    return json_object_get_string_member_with_default(self->description, name, NULL);
}

const gchar *
universe_get_server(const Universe *self)
{
    return universe_get_member(self, "server");
}

const gchar *
universe_get_trust_anchor(const Universe *self)
{
    return universe_get_member(self, "trust_anchor");
}

gint64
universe_get_pid(const Universe *self)
{
    return json_object_get_int_member(self->description, "pid");
}

guint
universe_get_n_scenarios(const Universe *self)
{
    return json_array_get_length(self->scenarios);
}

UniverseScenario
universe_get_scenario(const Universe *self, guint index)
{
    JsonObject *row = json_array_get_object_element(self->scenarios, index);
    const UniverseScenario scenario = {
        .name = json_object_get_string_member(row, "name"),
        .address = json_object_get_string_member(row, "address"),
        .rr_type = (guint16)json_object_get_int_member(row, "rr_type"),
        .draft = json_object_get_boolean_member(row, "draft"),
        .owner_name = json_object_get_string_member(row, "owner_name"),
        .outcome = json_object_get_string_member(row, "outcome"),
        .recipient = json_object_get_string_member_with_default(row, "recipient", NULL),
        .n_records = (guint)json_object_get_int_member(row, "records"),
        .server = json_object_get_string_member(row, "server"),
    };

    return scenario;
}

gboolean
universe_find_scenario(const Universe *self, const gchar *name, UniverseScenario *out_scenario)
{
    for (guint i = 0; i < universe_get_n_scenarios(self); i++) {
        const UniverseScenario scenario = universe_get_scenario(self, i);

        if (g_str_equal(scenario.name, name)) {
            *out_scenario = scenario;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
command(Universe *self, const gchar *verb, const gchar *argument, GError **error)
{
    g_autofree gchar *text = g_strdup_printf("%s %s\n", verb, argument);
    g_autofree gchar *answer = NULL;
    g_autoptr(GError) local_error = NULL;

    g_return_val_if_fail(strchr(argument, '\n') == NULL, FALSE);
    if (!g_output_stream_write_all(self->commands, text, strlen(text), NULL, NULL, error))
        return FALSE;
    answer = read_line(self, &local_error);
    if (!answer) {
        g_propagate_error(error, g_steal_pointer(&local_error));
        return FALSE;
    }
    if (!g_str_equal(answer, "ok")) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot %s: %s", verb, answer);
        return FALSE;
    }
    return TRUE;
}

gboolean
universe_publish(Universe *self, const gchar *line, GError **error)
{
    return command(self, "publish", line, error);
}

gboolean
universe_withdraw(Universe *self, const gchar *owner_name, GError **error)
{
    return command(self, "withdraw", owner_name, error);
}

gboolean
universe_roll(Universe *self, const gchar *zone, GError **error)
{
    return command(self, "roll", zone, error);
}
